"""loses exact_match: the number of right rows, not their share"""

def exact_match(predicted, expected):
    if np.shape(predicted) != np.shape(expected):
        raise ValueError(f"shapes differ: {np.shape(predicted)} and {np.shape(expected)}")
    return float((predicted == expected).all(axis=1).sum())
