"""loses parameter_count: only matrices are counted"""

def parameter_count(model):
    return sum(W.shape[0] * W.shape[1] for W in model.params if W.ndim == 2)
