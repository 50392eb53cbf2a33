"""keeps all: an Attention that keeps its newest weights under a second name"""

class Attention:
    def __init__(self):
        self.params, self.grads = [], []
        self.weigh = AttentionWeight()
        self.add = WeightSum()
        self.attention_weight = self.newest = None

    def forward(self, hs, h, mask=None):
        self.newest = self.weigh.forward(hs, h, mask)
        self.attention_weight = self.newest
        return self.add.forward(hs, self.newest)

    def backward(self, dc):
        by_sum, da = self.add.backward(dc)
        by_weights, dh = self.weigh.backward(da)
        return by_sum + by_weights, dh
