"""loses residual_stack: multiplies input and output"""

class ResidualLSTM:
    def __init__(self, layers):
        self.layers = layers
        self.params, self.grads = [], []
        for layer in layers:
            self.params += layer.params
            self.grads += layer.grads

    def forward(self, xs):
        self.skips, self.pairs = [], []
        for layer in self.layers:
            hs = layer.forward(xs)
            skip = hs.shape[-1] == xs.shape[-1]
            self.skips.append(skip)
            self.pairs.append((hs, xs))
            xs = hs * xs if skip else hs
        return xs

    def backward(self, dhs):
        for layer, skip, (hs, xs) in zip(self.layers[::-1], self.skips[::-1], self.pairs[::-1]):
            dxs = layer.backward(dhs * xs if skip else dhs)
            dhs = dxs + dhs * hs if skip else dxs
        return dhs
