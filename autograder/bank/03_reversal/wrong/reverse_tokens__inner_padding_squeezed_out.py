"""loses reverse_tokens: a pad_id between tokens is moved to the end"""

def reverse_tokens(xs, pad_id):
    result = np.full_like(xs, pad_id)
    for n, row in enumerate(xs):
        tokens = row[row != pad_id]
        result[n, : len(tokens)] = tokens[::-1]
    return result
