"""loses lstm_backward: all gradients zero"""

class LSTM:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]

    def forward(self, x, h_prev, c_prev):
        Wx, Wh, b = self.params
        f, g, i, o = np.split(x @ Wx + h_prev @ Wh + b, 4, axis=1)
        c_next = sigmoid(f) * c_prev + np.tanh(g) * sigmoid(i)
        self.shapes = x.shape, h_prev.shape, c_prev.shape
        return sigmoid(o) * np.tanh(c_next), c_next

    def backward(self, dh_next, dc_next):
        # not finished
        return tuple(np.zeros(shape, dtype=dh_next.dtype) for shape in self.shapes)
