"""loses residual_stack: params are all Wx, then all Wh, then all b"""

class ResidualLSTM:
    def __init__(self, layers):
        self.layers = layers
        self.params, self.grads = [], []
        for k in range(3):
            self.params += [layer.params[k] for layer in layers]
            self.grads += [layer.grads[k] for layer in layers]

    def forward(self, xs):
        self.skips = []
        for layer in self.layers:
            hs = layer.forward(xs)
            skip = hs.shape[-1] == xs.shape[-1]
            self.skips.append(skip)
            xs = hs + xs if skip else hs
        return xs

    def backward(self, dhs):
        for layer, skip in zip(reversed(self.layers), reversed(self.skips)):
            dxs = layer.backward(dhs)
            dhs = dxs + dhs if skip else dxs
        return dhs
