"""keeps all: the rows that match are counted one by one"""

def exact_match(predicted, expected):
    if np.shape(predicted) != np.shape(expected):
        raise ValueError(f"shapes differ: {np.shape(predicted)} and {np.shape(expected)}")
    right = 0
    for p, e in zip(predicted, expected):
        if (p == e).all():
            right += 1
    return float(right / len(predicted))
