"""loses time_lags: one lag for every target token, also where there is no source token"""

def time_lags(source_length, target_length, reverse):
    return np.array([2 * i + 1 if reverse else source_length for i in range(target_length)])
