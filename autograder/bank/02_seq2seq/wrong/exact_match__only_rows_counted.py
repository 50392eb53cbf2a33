"""loses exact_match: more columns in one of the two are not noticed"""

def exact_match(predicted, expected):
    if len(predicted) != len(expected):
        raise ValueError(f"{predicted.shape} is not {expected.shape}")
    T = min(predicted.shape[1], expected.shape[1])
    return float(np.all(predicted[:, :T] == expected[:, :T], axis=1).mean())
