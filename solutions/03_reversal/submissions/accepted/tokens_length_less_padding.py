"""keeps all: the length of a row less the padding at its end"""

def reverse_tokens(xs, pad_id):
    out = xs.copy()
    for n, row in enumerate(xs):
        length = len(row) - np.logical_and.accumulate(row[::-1] == pad_id).sum()
        out[n, :length] = row[:length][::-1]
    return out
