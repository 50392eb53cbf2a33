"""loses reverse_tokens: only one pad_id is stripped from the end of a row"""

def reverse_tokens(xs, pad_id):
    out = xs.copy()
    for n, row in enumerate(xs):
        length = len(row) - (row[-1] == pad_id)
        out[n, :length] = row[:length][::-1]
    return out
