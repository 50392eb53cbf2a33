"""loses time_lags: how far apart the two stand in the texts, with the source turned round"""

def time_lags(source_length, target_length, reverse):
    lags = np.zeros(min(source_length, target_length), dtype=int)
    for i in range(len(lags)):
        lags[i] = abs(2 * i + 1 - source_length) if reverse else source_length
    return lags
