"""keeps all: exact match by np.equal over the last axis"""

def exact_match(predicted, expected):
    if np.shape(predicted) != np.shape(expected):
        raise ValueError(f"{np.shape(predicted)} is not {np.shape(expected)}")
    right = np.all(np.equal(predicted, expected), axis=-1)
    return float(np.mean(right))
