"""loses reverse_inputs: the order of the rows is reversed, not that of the steps"""

def reverse_inputs(xs):
    return xs[::-1].copy()
