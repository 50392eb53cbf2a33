"""keeps all: the sizes are summed up one by one"""

def parameter_count(model):
    total = 0
    for param in model.params:
        total += np.prod(param.shape)
    return int(total)
