"""loses time_lags: plain and reversed are exchanged"""

def time_lags(source_length, target_length, reverse):
    i = np.arange(min(source_length, target_length))
    read = i if reverse else source_length - 1 - i
    return source_length + i - read
