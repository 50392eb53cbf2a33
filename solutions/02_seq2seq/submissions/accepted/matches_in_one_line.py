"""keeps all: exact match in one line, by np.all"""

def exact_match(predicted, expected):
    if np.shape(predicted) != np.shape(expected):
        raise ValueError(f"shapes differ: {np.shape(predicted)} and {np.shape(expected)}")
    return float(np.all(predicted == expected, axis=1).mean())
