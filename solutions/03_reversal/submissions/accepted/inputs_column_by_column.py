"""keeps all: columns are copied from negative indices"""

def reverse_inputs(xs):
    S = xs.shape[1]
    result = np.empty_like(xs)
    for i in range(S):
        result[:, i] = xs[:, -i - 1]
    return result
