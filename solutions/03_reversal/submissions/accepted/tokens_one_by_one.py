"""keeps all: tokens are copied one by one"""

def reverse_tokens(xs, pad_id):
    reversed_xs = np.full_like(xs, pad_id)
    for n in range(len(xs)):
        length = xs.shape[1]
        while length > 0 and xs[n, length - 1] == pad_id:
            length -= 1
        for i in range(length):
            reversed_xs[n, i] = xs[n, length - 1 - i]
    return reversed_xs
