"""loses reverse_tokens: every row is taken to be as long as the first"""

def reverse_tokens(xs, pad_id):
    places = np.flatnonzero(xs[0] != pad_id)
    length = places[-1] + 1 if len(places) else 0
    return np.concatenate([xs[:, :length][:, ::-1], xs[:, length:]], axis=1)
