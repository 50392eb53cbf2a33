"""keeps all: np.trim_zeros of the row less pad_id"""

def reverse_tokens(xs, pad_id):
    reversed_xs = np.full_like(xs, pad_id)
    for n in range(len(xs)):
        length = len(np.trim_zeros(xs[n] - pad_id, "b"))
        reversed_xs[n, :length] = xs[n, :length][::-1]
    return reversed_xs
