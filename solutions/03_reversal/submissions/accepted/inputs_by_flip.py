"""keeps all: np.flip, copied"""

def reverse_inputs(xs):
    return np.flip(xs, axis=1).copy()
