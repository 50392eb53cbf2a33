"""keeps all: lags are written into an array of zeros"""

def time_lags(source_length, target_length, reverse):
    lags = np.zeros(min(source_length, target_length), dtype=int)
    for i in range(len(lags)):
        lags[i] = 2 * i + 1 if reverse else source_length
    return lags
