"""loses reverse_tokens: the last token's run is taken for padding whatever the token is"""

def reverse_tokens(xs, pad_id):
    out = xs.copy()
    for n, row in enumerate(xs):
        end = len(row)
        if end > 1 and row[-1] == row[-2] or row[-1] == pad_id:
            while end and row[end - 1] == row[-1]:
                end -= 1
        out[n, :end] = row[:end][::-1]
    return out
