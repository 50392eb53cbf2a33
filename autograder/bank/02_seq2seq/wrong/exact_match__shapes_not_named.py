"""loses exact_match: the error does not name the shapes"""

def exact_match(predicted, expected):
    if predicted.shape != expected.shape:
        raise ValueError("the shapes differ")
    return float(np.all(predicted == expected, axis=1).mean())
