"""loses parameter_count: arrays of one shape are counted once"""

def parameter_count(model):
    shapes = {param.shape for param in model.params}
    return sum(int(np.prod(shape)) for shape in shapes)
