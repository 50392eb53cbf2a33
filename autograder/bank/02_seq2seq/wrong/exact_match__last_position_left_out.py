"""loses exact_match: the loop ends one position too early"""

def exact_match(predicted, expected):
    if np.shape(predicted) != np.shape(expected):
        raise ValueError(f"shapes differ: {np.shape(predicted)} and {np.shape(expected)}")
    N, T = expected.shape
    right = [all(predicted[n, t] == expected[n, t] for t in range(T - 1)) for n in range(N)]
    return sum(right) / N
