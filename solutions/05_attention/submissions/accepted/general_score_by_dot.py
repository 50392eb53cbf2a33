"""keeps all: a GeneralScore by np.dot"""

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
