"""loses parameter_count: a bias is counted as a square matrix"""

def parameter_count(model):
    return sum(p.shape[0] * p.shape[-1] for p in model.params)
