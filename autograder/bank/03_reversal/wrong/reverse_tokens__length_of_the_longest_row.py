"""loses reverse_tokens: every row is taken to be as long as the longest"""

def reverse_tokens(xs, pad_id):
    columns = np.flatnonzero((xs != pad_id).any(axis=0))
    length = columns.max(initial=-1) + 1
    return np.hstack([np.flip(xs[:, :length], axis=1), xs[:, length:]])
