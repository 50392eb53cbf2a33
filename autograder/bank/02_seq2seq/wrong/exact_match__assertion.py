"""loses exact_match: other shapes are an AssertionError"""

def exact_match(predicted, expected):
    assert predicted.shape == expected.shape, f"{predicted.shape} and {expected.shape}"
    return float(np.all(predicted == expected, axis=1).mean())
