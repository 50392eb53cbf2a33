"""loses time_lags: the decoder's own step is not counted"""

def time_lags(source_length, target_length, reverse):
    n = min(source_length, target_length)
    if reverse:
        return 2 * np.arange(n)
    return np.full(n, source_length - 1)
