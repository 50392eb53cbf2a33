"""keeps all: lags as the steps of the encoder and of the decoder that lie between"""

def time_lags(source_length, target_length, reverse):
    lags = []
    for i in range(min(source_length, target_length)):
        position = source_length - 1 - i if reverse else i
        after_source = i + 1  # token i is written in step i + 1
        lags.append(source_length - 1 - position + after_source)
    return np.array(lags)
