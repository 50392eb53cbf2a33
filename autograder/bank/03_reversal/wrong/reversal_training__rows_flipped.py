"""loses reversal_training: the order of the rows is reversed, so that no question stands beside its answer
also loses: reverse_inputs
"""

def reverse_inputs(xs):
    return np.flipud(xs).copy()
