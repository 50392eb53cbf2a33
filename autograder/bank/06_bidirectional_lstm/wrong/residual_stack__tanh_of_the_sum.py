"""loses residual_stack: takes the tanh of the sum"""

class ResidualLSTM:
    def __init__(self, layers):
        self.layers = layers
        self.params, self.grads = [], []
        for layer in layers:
            self.params += layer.params
            self.grads += layer.grads

    def forward(self, xs):
        self.skips, self.sums = [], []
        for layer in self.layers:
            hs = layer.forward(xs)
            skip = hs.shape[-1] == xs.shape[-1]
            self.skips.append(skip)
            xs = np.tanh(hs + xs) if skip else hs
            self.sums.append(xs)
        return xs

    def backward(self, dhs):
        for layer, skip, out in zip(self.layers[::-1], self.skips[::-1], self.sums[::-1]):
            if skip:
                dhs = dhs * (1 - out**2)
            dxs = layer.backward(dhs)
            dhs = dxs + dhs if skip else dxs
        return dhs
