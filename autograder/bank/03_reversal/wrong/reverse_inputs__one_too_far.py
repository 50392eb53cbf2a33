"""loses reverse_inputs: every index one too low, so that the last token comes last again"""

def reverse_inputs(xs):
    backwards = np.arange(xs.shape[1])[::-1]
    return xs[:, backwards - 1]
