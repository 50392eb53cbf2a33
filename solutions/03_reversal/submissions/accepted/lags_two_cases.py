"""keeps all: a constant array in one case and the odd numbers in the other"""

def time_lags(source_length, target_length, reverse):
    shared = min(source_length, target_length)
    if not reverse:
        return np.ones(shared, dtype=int) * source_length
    return np.arange(1, 2 * shared, 2)
