"""loses parameter_count: a float instead of an int"""

def parameter_count(model):
    total = 0.0
    for param in model.params:
        total += np.prod(param.shape)
    return float(total)
