"""loses residual_stack: the output of a layer of one unit is added to every feature"""

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
            skip = hs.shape[-1] in (1, xs.shape[-1])
            self.skips.append(skip)
            xs = hs + xs if skip else hs
        return xs

    def backward(self, dhs):
        for layer, skip in zip(reversed(self.layers), reversed(self.skips)):
            one = layer.params[1].shape[0] == 1
            dxs = layer.backward(dhs.sum(axis=2, keepdims=True) if one else dhs)
            dhs = dxs + dhs if skip else dxs
        return dhs
