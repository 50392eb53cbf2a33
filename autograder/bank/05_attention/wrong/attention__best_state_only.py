"""loses attention: looks at the one state with the largest weight"""

class Attention:
    def __init__(self):
        self.params, self.grads = [], []
        self.layer = AttentionWeight()
        self.attention_weight = None

    def forward(self, hs, h, mask=None):
        self.hs = hs
        self.attention_weight = self.layer.forward(hs, h, mask)
        self.best = np.arange(len(hs)), self.attention_weight.argmax(axis=1)
        return hs[self.best]

    def backward(self, dc):
        dhs = np.zeros_like(self.hs)
        dhs[self.best] = dc
        return dhs, np.zeros_like(dc)
