"""loses time_lags: a longer source is cut to the target's length before it is read"""

def time_lags(source_length, target_length, reverse):
    n = min(source_length, target_length)
    order = list(range(n))
    if reverse:
        order.reverse()
    return np.array([n - order.index(i) + i for i in range(n)])
