"""keeps all: np.flip of what is real in a row, if anything is"""

def reverse_tokens(xs, pad_id):
    result = np.full_like(xs, pad_id)
    for n in range(xs.shape[0]):
        real = np.nonzero(xs[n] != pad_id)[0]
        if real.size:
            last = real[-1]
            result[n, : last + 1] = np.flip(xs[n, : last + 1])
    return result
