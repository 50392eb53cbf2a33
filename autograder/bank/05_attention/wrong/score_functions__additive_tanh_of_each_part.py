"""loses score_functions: AdditiveScore takes tanh of each part before adding them"""

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
    """one source step after the other"""

    def __init__(self, W_enc, W_dec, v):
        self.W_enc, self.W_dec, self.v = W_enc, W_dec, v
        self.params = [W_enc, W_dec, v]
        self.grads = [np.zeros_like(W_enc), np.zeros_like(W_dec), np.zeros_like(v)]

    def forward(self, hs, h):
        self.hs, self.h, self.hidden = hs, h, []
        scores = np.empty(hs.shape[:2], dtype=self.v.dtype)
        for s in range(hs.shape[1]):
            left, right = np.tanh(hs[:, s] @ self.W_enc), np.tanh(h @ self.W_dec)
            hidden = left + right
            self.hidden.append((left, right))
            scores[:, s] = hidden @ self.v
        return scores

    def backward(self, dscores):
        dW_enc, dW_dec, dv = self.grads
        for grad in self.grads:
            grad.fill(0)
        dhs, dh = np.zeros_like(self.hs), np.zeros_like(self.h)
        for s, (left, right) in enumerate(self.hidden):
            dv += dscores[:, s] @ (left + right)
            douter = np.outer(dscores[:, s], self.v)
            dleft, dright = douter * (1 - left**2), douter * (1 - right**2)
            dW_enc += self.hs[:, s].T @ dleft
            dW_dec += self.h.T @ dright
            dhs[:, s] = dleft @ self.W_enc.T
            dh += dright @ self.W_dec.T
        return dhs, dh
