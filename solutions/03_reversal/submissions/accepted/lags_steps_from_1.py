"""keeps all: steps are counted from 1, the encoder's and the decoder's in one row"""

def time_lags(source_length, target_length, reverse):
    i = np.arange(min(source_length, target_length))
    read_at = source_length - i if reverse else i + 1  # first step is 1
    return source_length - read_at + 1 + i
