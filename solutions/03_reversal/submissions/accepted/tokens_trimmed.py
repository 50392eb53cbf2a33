"""keeps all: the tokens of a row up to the last that is no padding"""

def reverse_tokens(xs, pad_id):
    result = np.full_like(xs, pad_id)
    for n, row in enumerate(xs):
        tokens = row[: np.max(np.nonzero(row != pad_id)[0], initial=-1) + 1]
        result[n, : len(tokens)] = tokens[::-1]
    return result
