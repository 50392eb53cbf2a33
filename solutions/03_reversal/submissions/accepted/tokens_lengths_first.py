"""keeps all: the lengths of all rows are worked out first"""

def reverse_tokens(xs, pad_id):
    lengths = ((xs != pad_id) * np.arange(1, xs.shape[1] + 1)).max(axis=1)
    result = xs.copy()
    for n, length in enumerate(lengths):
        result[n, :length] = xs[n, :length][::-1]
    return result
