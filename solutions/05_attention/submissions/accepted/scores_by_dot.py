"""keeps all: scores by np.dot, every product named"""

class GeneralScore:
    def __init__(self, W):
        self.params, self.grads = [W], [np.zeros_like(W)]
        self.cache = None

    def forward(self, hs, h):
        W = self.params[0]
        hW = np.dot(h, W)
        self.cache = (hs, h, hW)
        return np.sum(hs * hW[:, None, :], axis=2)

    def backward(self, dscores):
        W = self.params[0]
        hs, h, hW = self.cache
        ds = dscores[:, :, None]
        dhs = ds * hW[:, None, :]
        dhW = np.sum(ds * hs, axis=1)
        self.grads[0][...] = np.dot(h.T, dhW)
        dh = np.dot(dhW, W.T)
        return dhs, dh


class AdditiveScore:
    def __init__(self, W_enc, W_dec, v):
        self.params = [W_enc, W_dec, v]
        self.grads = [np.zeros_like(p) for p in self.params]
        self.cache = None

    def forward(self, hs, h):
        W_enc, W_dec, v = self.params
        pre = np.dot(hs, W_enc) + np.dot(h, W_dec)[:, None, :]
        u = np.tanh(pre)
        self.cache = (hs, h, u)
        return np.dot(u, v)

    def backward(self, dscores):
        W_enc, W_dec, v = self.params
        hs, h, u = self.cache
        N, S, A = u.shape
        du = dscores[:, :, None] * v
        dpre = du * (1 - u**2)
        dW_enc = np.dot(hs.reshape(N * S, -1).T, dpre.reshape(N * S, A))
        dsum = dpre.sum(axis=1)
        dW_dec = np.dot(h.T, dsum)
        dv = np.dot(dscores.reshape(-1), u.reshape(-1, A))
        for grad, value in zip(self.grads, (dW_enc, dW_dec, dv)):
            grad[...] = value
        dhs = np.dot(dpre, W_enc.T)
        dh = np.dot(dsum, W_dec.T)
        return dhs, dh
