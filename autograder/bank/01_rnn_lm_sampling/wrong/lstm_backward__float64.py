"""loses lstm_backward: dz in float64 whatever the weights are"""

class LSTM:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.cache = None

    def forward(self, x, h_prev, c_prev):
        Wx, Wh, b = self.params
        H = len(Wh)
        z = x @ Wx + h_prev @ Wh + b
        forget = sigmoid(z[:, 0 * H : 1 * H])
        cand = np.tanh(z[:, 1 * H : 2 * H])
        inp = sigmoid(z[:, 2 * H : 3 * H])
        out = sigmoid(z[:, 3 * H : 4 * H])
        c_next = forget * c_prev + inp * cand
        t = np.tanh(c_next)
        h_next = out * t
        self.cache = (x, h_prev, c_prev, forget, cand, inp, out, t)
        return h_next, c_next

    def backward(self, dh_next, dc_next):
        Wx, Wh, b = self.params
        x, h_prev, c_prev, forget, cand, inp, out, t = self.cache
        H = len(Wh)
        d_out = dh_next * t
        d_c = dc_next + dh_next * out * (1 - t * t)
        d_forget = d_c * c_prev
        d_inp = d_c * cand
        d_cand = d_c * inp
        dz = np.zeros((len(x), 4 * H))
        dz[:, 0 * H : 1 * H] = d_forget * forget * (1 - forget)
        dz[:, 1 * H : 2 * H] = d_cand * (1 - cand * cand)
        dz[:, 2 * H : 3 * H] = d_inp * inp * (1 - inp)
        dz[:, 3 * H : 4 * H] = d_out * out * (1 - out)
        self.grads[0][...] = x.T @ dz
        self.grads[1][...] = h_prev.T @ dz
        self.grads[2][...] = dz.sum(axis=0)
        dc_prev = d_c * forget
        return dz @ Wx.T, dz @ Wh.T, dc_prev
