"""loses parameter_count: the last array is left out"""

def parameter_count(model):
    sizes = [param.size for param in model.params]
    return sum(sizes[:-1])
