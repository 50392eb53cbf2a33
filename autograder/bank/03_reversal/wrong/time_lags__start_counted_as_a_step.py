"""loses time_lags: one step too many, for the start id"""

def time_lags(source_length, target_length, reverse):
    lags = []
    for i in range(min(source_length, target_length)):
        position = source_length - 1 - i if reverse else i
        after_source = i + 2  # the start id, and then up to token i
        lags.append(source_length - 1 - position + after_source)
    return np.array(lags)
