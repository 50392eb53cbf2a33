"""loses exact_match: a row counts if its ids add up to the same"""

def exact_match(predicted, expected):
    if np.shape(predicted) != np.shape(expected):
        raise ValueError(f"shapes differ: {np.shape(predicted)} and {np.shape(expected)}")
    return float(np.mean(predicted.sum(axis=1) == expected.sum(axis=1)))
