"""loses reverse_inputs: np.flip without an axis turns rows and steps round"""

def reverse_inputs(xs):
    return np.flip(xs).copy()
