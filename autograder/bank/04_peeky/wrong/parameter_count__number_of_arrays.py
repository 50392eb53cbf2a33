"""loses parameter_count: the number of arrays"""

def parameter_count(model):
    return len(model.params)
