"""loses residual_stack: where the axes differ, adds as many units as both have"""

class ResidualLSTM:
    def __init__(self, layers):
        self.layers = layers
        self.params, self.grads = [], []
        for layer in layers:
            self.params += layer.params
            self.grads += layer.grads

    def forward(self, xs):
        self.skips = []
        for layer in self.layers:
            hs = layer.forward(xs)
            skip = min(hs.shape[-1], xs.shape[-1])
            self.skips.append(skip)
            hs = hs.copy()
            hs[..., :skip] += xs[..., :skip]
            xs = hs
        return xs

    def backward(self, dhs):
        for layer, skip in zip(reversed(self.layers), reversed(self.skips)):
            dxs = layer.backward(dhs)
            dxs[..., :skip] += dhs[..., :skip]
            dhs = dxs
        return dhs
