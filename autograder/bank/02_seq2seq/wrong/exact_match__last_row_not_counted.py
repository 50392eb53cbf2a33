"""loses exact_match: does not look at the last row"""

def exact_match(predicted, expected):
    if np.shape(predicted) != np.shape(expected):
        raise ValueError(f"shapes differ: {np.shape(predicted)} and {np.shape(expected)}")
    N = len(expected)
    return sum(bool(np.all(predicted[n] == expected[n])) for n in range(N - 1)) / N
