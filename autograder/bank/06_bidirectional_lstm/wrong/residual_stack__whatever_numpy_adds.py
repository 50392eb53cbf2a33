"""loses residual_stack: adds wherever NumPy does not complain"""

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
            try:
                added = hs + xs
                self.skips.append(True)
            except ValueError:
                added = hs
                self.skips.append(False)
            xs = added
        return xs

    def backward(self, dhs):
        for layer, skip in zip(reversed(self.layers), reversed(self.skips)):
            dxs = layer.backward(dhs)
            dhs = dxs + dhs if skip else dxs
        return dhs
