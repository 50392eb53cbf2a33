"""loses time_lags: the lags of the plain order in both cases"""

def time_lags(source_length, target_length, reverse):
    i = np.arange(min(source_length, target_length))
    emitted = source_length + i
    return emitted - i
