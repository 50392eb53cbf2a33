"""loses exact_match: from 0 to 100"""

def exact_match(predicted, expected):
    if np.shape(predicted) != np.shape(expected):
        raise ValueError(f"shapes differ: {np.shape(predicted)} and {np.shape(expected)}")
    right = sum(list(p) == list(e) for p, e in zip(predicted, expected))
    return 100.0 * right / len(expected)
