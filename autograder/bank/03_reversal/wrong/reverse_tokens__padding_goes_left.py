"""loses reverse_tokens: the padding is reversed with the tokens"""

def reverse_tokens(xs, pad_id):
    result = np.full(xs.shape, pad_id, dtype=xs.dtype)
    result[:, :] = xs[:, ::-1]
    return result
