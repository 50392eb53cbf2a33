"""loses reverse_inputs: the ids come out as floats"""

def reverse_inputs(xs):
    N, S = xs.shape
    reversed_xs = np.zeros((N, S))
    for t in range(S):
        reversed_xs[:, t] = xs[:, S - 1 - t]
    return reversed_xs
