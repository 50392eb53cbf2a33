"""keeps all: the padding by logical_and.accumulate from the end"""

def reverse_tokens(xs, pad_id):
    """The padding starts where everything from there on is pad_id."""
    out = xs.copy()
    is_tail = np.logical_and.accumulate((xs == pad_id)[:, ::-1], axis=1)[:, ::-1]
    for n, start in enumerate((~is_tail).sum(axis=1)):
        out[n, :start] = xs[n, :start][::-1]
    return out
