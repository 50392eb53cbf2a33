"""loses exact_match: a row counts if one position is right"""

def exact_match(predicted, expected):
    if np.shape(predicted) != np.shape(expected):
        raise ValueError(f"shapes differ: {np.shape(predicted)} and {np.shape(expected)}")
    return float((predicted == expected).any(axis=1).mean())
