"""loses parameter_count: gradients are counted as well"""

def parameter_count(model):
    return sum(a.size for arrays in (model.params, model.grads) for a in arrays)
