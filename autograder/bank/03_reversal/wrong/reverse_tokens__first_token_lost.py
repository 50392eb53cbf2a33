"""loses reverse_tokens: the slice down to 0 leaves the first token out"""

def reverse_tokens(xs, pad_id):
    out = np.full_like(xs, pad_id)
    for n, row in enumerate(xs):
        last = max([t for t, token in enumerate(row) if token != pad_id], default=-1)
        out[n, :last] = row[last:0:-1] if last > 0 else out[n, :0]
    return out
