"""loses time_lags: the lags are floats"""

def time_lags(source_length, target_length, reverse):
    n = min(source_length, target_length)
    lags = np.zeros(n)
    for i in range(n):
        lags[i] = 2 * i + 1 if reverse else source_length
    return lags
