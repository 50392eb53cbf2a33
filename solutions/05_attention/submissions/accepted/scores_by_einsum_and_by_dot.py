"""keeps all: a GeneralScore by np.einsum, an AdditiveScore by np.dot"""

class GeneralScore:
    """three operands, so three einsums"""

    def __init__(self, W):
        self.W = W
        self.params = [W]
        self.grads = [np.zeros(W.shape, W.dtype)]

    def forward(self, hs, h):
        self.hs, self.h = hs, h
        return np.einsum("ni,ij,nsj->ns", h, self.W, hs)

    def backward(self, dscores):
        self.grads[0][:] = np.einsum("ns,ni,nsj->ij", dscores, self.h, self.hs)
        dhs = np.einsum("ns,ni,ij->nsj", dscores, self.h, self.W)
        dh = np.einsum("ns,nsj,ij->ni", dscores, self.hs, self.W)
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
