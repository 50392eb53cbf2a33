"""loses parameter_count: bytes instead of numbers"""

def parameter_count(model):
    return sum(param.nbytes for param in model.params)
