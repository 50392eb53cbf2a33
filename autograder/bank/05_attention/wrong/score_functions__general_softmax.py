"""loses score_functions: GeneralScore gives back weights instead of scores"""

class GeneralScore:
    """three operands, so three einsums"""

    def __init__(self, W):
        self.W = W
        self.params = [W]
        self.grads = [np.zeros(W.shape, W.dtype)]

    def forward(self, hs, h):
        self.hs, self.h = hs, h
        self.a = softmax(np.einsum("ni,ij,nsj->ns", h, self.W, hs))
        return self.a

    def backward(self, dscores):
        dscores = self.a * (dscores - np.sum(dscores * self.a, axis=1, keepdims=True))
        self.grads[0][:] = np.einsum("ns,ni,nsj->ij", dscores, self.h, self.hs)
        dhs = np.einsum("ns,ni,ij->nsj", dscores, self.h, self.W)
        dh = np.einsum("ns,nsj,ij->ni", dscores, self.hs, self.W)
        return dhs, dh
