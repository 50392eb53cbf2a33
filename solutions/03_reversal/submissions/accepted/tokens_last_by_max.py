"""keeps all: the last token of a row by max"""

def reverse_tokens(xs, pad_id):
    out = np.full_like(xs, pad_id)
    for n, row in enumerate(xs):
        last = max([t for t, token in enumerate(row) if token != pad_id], default=-1)
        out[n, : last + 1] = row[: last + 1][::-1]
    return out
