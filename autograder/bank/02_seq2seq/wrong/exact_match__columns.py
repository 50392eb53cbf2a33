"""loses exact_match: the share of columns that are right in every row"""

def exact_match(predicted, expected):
    if np.shape(predicted) != np.shape(expected):
        raise ValueError(f"shapes differ: {np.shape(predicted)} and {np.shape(expected)}")
    return float(np.all(predicted == expected, axis=0).mean())
