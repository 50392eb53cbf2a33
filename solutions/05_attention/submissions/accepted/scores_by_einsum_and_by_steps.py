"""keeps all: a GeneralScore by np.einsum, an AdditiveScore step by step"""

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
            hidden = np.tanh(hs[:, s] @ self.W_enc + h @ self.W_dec)
            self.hidden.append(hidden)
            scores[:, s] = hidden @ self.v
        return scores

    def backward(self, dscores):
        dW_enc, dW_dec, dv = self.grads
        for grad in self.grads:
            grad.fill(0)
        dhs, dh = np.zeros_like(self.hs), np.zeros_like(self.h)
        for s, hidden in enumerate(self.hidden):
            dv += dscores[:, s] @ hidden
            dinner = np.outer(dscores[:, s], self.v) * (1 - hidden * hidden)
            dW_enc += self.hs[:, s].T @ dinner
            dW_dec += self.h.T @ dinner
            dhs[:, s] = dinner @ self.W_enc.T
            dh += dinner @ self.W_dec.T
        return dhs, dh
