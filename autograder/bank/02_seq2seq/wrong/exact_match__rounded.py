"""loses exact_match: rounded to two places"""

def exact_match(predicted, expected):
    if np.shape(predicted) != np.shape(expected):
        raise ValueError(f"shapes differ: {np.shape(predicted)} and {np.shape(expected)}")
    return round(float((predicted == expected).all(axis=1).mean()), 2)
