"""loses exact_match: leaves out the first column, as if it were the start id"""

def exact_match(predicted, expected):
    if np.shape(predicted) != np.shape(expected):
        raise ValueError(f"shapes differ: {np.shape(predicted)} and {np.shape(expected)}")
    return float(np.all(predicted[:, 1:] == expected[:, 1:], axis=1).mean())
