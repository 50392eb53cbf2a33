"""loses attention: the mask sets states to 0 and leaves their weights as they are"""

class Attention:
    def __init__(self):
        self.params, self.grads = [], []
        self.weigh, self.add = AttentionWeight(), WeightSum()
        self.attention_weight = None

    def forward(self, hs, h, mask=None):
        self.mask = mask
        if mask is not None:
            if not mask.any(axis=1).all():
                raise ValueError("mask: no True in some row")
            hs = hs * mask[:, :, None]
        self.attention_weight = self.weigh.forward(hs, h)
        return self.add.forward(hs, self.attention_weight)

    def backward(self, dc):
        dhs, da = self.add.backward(dc)
        more, dh = self.weigh.backward(da)
        dhs = dhs + more
        return (dhs if self.mask is None else dhs * self.mask[:, :, None]), dh
