"""keeps all: lags by the place of a token in the order of reading"""

def time_lags(source_length, target_length, reverse):
    n = min(source_length, target_length)
    order = list(range(source_length))
    if reverse:
        order.reverse()
    return np.array([source_length - order.index(i) + i for i in range(n)])
