"""loses reverse_tokens: a row of padding alone is an IndexError"""

def reverse_tokens(xs, pad_id):
    out = np.full_like(xs, pad_id)
    for n, row in enumerate(xs):
        last = np.where(row != pad_id)[0][-1]
        out[n, : last + 1] = row[last::-1]
    return out
