"""loses parameter_count: numbers that are zero are not counted"""

def parameter_count(model):
    return int(sum(np.count_nonzero(param) for param in model.params))
