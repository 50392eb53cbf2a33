"""loses exact_match: positions where 0 is expected are taken for padding"""

def exact_match(predicted, expected):
    if np.shape(predicted) != np.shape(expected):
        raise ValueError(f"shapes differ: {np.shape(predicted)} and {np.shape(expected)}")
    same = (predicted == expected) | (expected == 0)
    return float(same.all(axis=1).mean())
