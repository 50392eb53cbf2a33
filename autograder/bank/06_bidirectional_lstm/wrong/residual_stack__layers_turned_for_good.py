"""loses residual_stack: backward turns the list of layers round and leaves it so"""

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
            skip = hs.shape[-1] == xs.shape[-1]
            self.skips.append(skip)
            xs = hs + xs if skip else hs
        return xs

    def backward(self, dhs):
        self.layers.reverse()
        for layer, skip in zip(self.layers, self.skips[::-1]):
            dxs = layer.backward(dhs)
            dhs = dxs + dhs if skip else dxs
        return dhs
