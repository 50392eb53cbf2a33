"""loses time_lags: the lag of the plain order is the target's length"""

def time_lags(source_length, target_length, reverse):
    shared = min(source_length, target_length)
    if not reverse:
        return np.ones(shared, dtype=int) * target_length
    return np.arange(1, 2 * shared, 2)
