"""loses reverse_tokens: a row without padding is not reversed, since argmax finds none"""

def reverse_tokens(xs, pad_id):
    """The padding starts where everything from there on is pad_id."""
    out = xs.copy()
    is_tail = np.logical_and.accumulate((xs == pad_id)[:, ::-1], axis=1)[:, ::-1]
    for n, start in enumerate(is_tail.argmax(axis=1)):
        out[n, :start] = xs[n, :start][::-1]
    return out
