"""loses time_lags: reversed lags in the order in which the source is read"""

def time_lags(source_length, target_length, reverse):
    n = min(source_length, target_length)
    if reverse:
        return np.array([2 * i + 1 for i in range(n)])[::-1].copy()
    return np.full(n, source_length)
