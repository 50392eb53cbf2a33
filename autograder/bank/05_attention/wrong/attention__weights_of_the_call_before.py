"""loses attention: attention_weight is always one forward behind"""

class Attention:
    def __init__(self):
        self.params, self.grads = [], []
        self.weigh = AttentionWeight()
        self.add = WeightSum()
        self.attention_weight = self.newest = None

    def forward(self, hs, h, mask=None):
        self.attention_weight = self.newest
        self.newest = self.weigh.forward(hs, h, mask)
        return self.add.forward(hs, self.newest)

    def backward(self, dc):
        by_sum, da = self.add.backward(dc)
        by_weights, dh = self.weigh.backward(da)
        return by_sum + by_weights, dh
