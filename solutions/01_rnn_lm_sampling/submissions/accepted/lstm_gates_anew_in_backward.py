"""keeps all: an LSTM that keeps its arguments and works out everything again in backward"""

class LSTM:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]

    def forward(self, x, h_prev, c_prev):
        Wx, Wh, b = self.params
        f, g, i, o = np.split(x @ Wx + h_prev @ Wh + b, 4, axis=1)
        c_next = sigmoid(f) * c_prev + np.tanh(g) * sigmoid(i)
        self.given = x, h_prev, c_prev
        return sigmoid(o) * np.tanh(c_next), c_next

    def backward(self, dh_next, dc_next):
        Wx, Wh, b = self.params
        x, h_prev, c_prev = self.given
        f, g, i, o = np.split(x @ Wx + h_prev @ Wh + b, 4, axis=1)
        f, g, i, o = sigmoid(f), np.tanh(g), sigmoid(i), sigmoid(o)
        tanh_c = np.tanh(f * c_prev + g * i)
        dc = dc_next + dh_next * o * (1 - tanh_c**2)
        gates = dc * c_prev * f * (1 - f), dc * i * (1 - g**2), dc * g * i * (1 - i), dh_next * tanh_c * o * (1 - o)
        dz = np.hstack(gates)
        for grad, value in zip(self.grads, (x.T @ dz, h_prev.T @ dz, dz.sum(axis=0))):
            grad[...] = value
        return dz @ Wx.T, dz @ Wh.T, dc * f
