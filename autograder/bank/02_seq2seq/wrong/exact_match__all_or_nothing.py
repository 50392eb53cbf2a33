"""loses exact_match: 1.0 if everything is right, else 0.0"""

def exact_match(predicted, expected):
    if np.shape(predicted) != np.shape(expected):
        raise ValueError(f"shapes differ: {np.shape(predicted)} and {np.shape(expected)}")
    return float(np.array_equal(predicted, expected))
