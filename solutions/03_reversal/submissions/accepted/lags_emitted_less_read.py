"""keeps all: lags as the step of writing less the step of reading"""

def time_lags(source_length, target_length, reverse):
    i = np.arange(min(source_length, target_length))
    emitted = source_length + i
    read = source_length - 1 - i if reverse else i
    return emitted - read
