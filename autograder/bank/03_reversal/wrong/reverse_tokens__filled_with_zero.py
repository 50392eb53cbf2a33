"""loses reverse_tokens: the padding comes back as 0 instead of pad_id"""

def reverse_tokens(xs, pad_id):
    reversed_xs = np.zeros_like(xs)
    for n in range(len(xs)):
        length = xs.shape[1]
        while length > 0 and xs[n, length - 1] == pad_id:
            length -= 1
        for i in range(length):
            reversed_xs[n, i] = xs[n, length - 1 - i]
    return reversed_xs
