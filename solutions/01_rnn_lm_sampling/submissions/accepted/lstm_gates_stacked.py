"""keeps all: an LSTM whose gates are split and whose gradients are stacked"""

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
        Wx, Wh, _ = self.params
        x, h_prev, c_prev, f, g, i, o, tanh_c = self.cache
        dc = dc_next + dh_next * o * (1 - tanh_c ** 2)
        df, dg, di, do = (dc * c_prev, dc * i, dc * g, dh_next * tanh_c)
        dA = np.hstack([df * f * (1 - f), dg * (1 - g ** 2), di * i * (1 - i), do * o * (1 - o)])
        dWx, dWh, db = self.grads
        dWx[...] = x.T @ dA
        dWh[...] = h_prev.T @ dA
        db[...] = dA.sum(axis=0)
        return (dA @ Wx.T, dA @ Wh.T, dc * f)
