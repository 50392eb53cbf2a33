"""loses reverse_tokens: zeros count as padding whatever pad_id is"""

def reverse_tokens(xs, pad_id):
    reversed_xs = np.full_like(xs, pad_id)
    for n in range(len(xs)):
        length = len(np.trim_zeros(xs[n], "b"))
        reversed_xs[n, :length] = xs[n, :length][::-1]
    return reversed_xs
