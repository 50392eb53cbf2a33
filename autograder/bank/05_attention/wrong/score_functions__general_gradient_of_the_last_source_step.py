"""loses score_functions: the gradient of W in GeneralScore is the last source step's only"""

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
        self.grads[0][:] = np.einsum("n,ni,nj->ij", dscores[:, -1], self.h, self.hs[:, -1])
        dhs = np.einsum("ns,ni,ij->nsj", dscores, self.h, self.W)
        dh = np.einsum("ns,nsj,ij->ni", dscores, self.hs, self.W)
        return dhs, dh
