"""loses exact_match: arrays of other shapes are compared by broadcasting"""

def exact_match(predicted, expected):
    right = np.all(np.equal(predicted, expected), axis=-1)
    return float(np.mean(right))
