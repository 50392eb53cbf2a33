"""loses residual_stack: where H is a multiple of D, adds the input several times side by side"""

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
            skip = hs.shape[-1] // xs.shape[-1] if hs.shape[-1] % xs.shape[-1] == 0 else 0
            self.skips.append(skip)
            xs = hs + np.tile(xs, skip) if skip else hs
        return xs

    def backward(self, dhs):
        for layer, skip in zip(reversed(self.layers), reversed(self.skips)):
            dxs = layer.backward(dhs)
            if skip:
                dxs = dxs + sum(np.split(dhs, skip, axis=2))
            dhs = dxs
        return dhs
