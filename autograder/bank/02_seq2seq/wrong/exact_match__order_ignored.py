"""loses exact_match: a row counts if it has the same characters in any order"""

def exact_match(predicted, expected):
    if np.shape(predicted) != np.shape(expected):
        raise ValueError(f"shapes differ: {np.shape(predicted)} and {np.shape(expected)}")
    return float(np.mean(np.all(np.sort(predicted, axis=1) == np.sort(expected, axis=1), axis=1)))
