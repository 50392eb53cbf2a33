"""keeps all: the scores are a method of their own"""

class AttentionWeight:
    def __init__(self):
        self.params, self.grads = [], []

    def scores(self):
        return np.einsum("nsh,nh->ns", self.hs, self.h)

    def forward(self, hs, h, mask=None):
        self.hs, self.h = hs, h
        scores = self.scores()
        if mask is not None:
            if not mask.any(axis=-1).all():
                raise ValueError("mask without True in a row")
            scores[mask == False] = -np.inf
        self.a = softmax(scores)
        return self.a

    def backward(self, da):
        a = self.a
        ds = a * (da - (a * da).sum(axis=-1, keepdims=True))
        return np.einsum("ns,nh->nsh", ds, self.h), np.einsum("ns,nsh->nh", ds, self.hs)
