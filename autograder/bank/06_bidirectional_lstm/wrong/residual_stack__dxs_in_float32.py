"""loses residual_stack: dxs is float32 whatever the parameters are"""

class ResidualLSTM:

    def __init__(self, layers):
        self.layers = layers
        self.params = [param for layer in layers for param in layer.params]
        self.grads = [grad for layer in layers for grad in layer.grads]

    def forward(self, xs):
        for layer in self.layers:
            hs = layer.forward(xs)
            xs = hs + xs if hs.shape == xs.shape else hs
        return xs

    def backward(self, dhs):
        for layer in reversed(self.layers):
            dxs = layer.backward(dhs)
            dhs = dxs + dhs if dxs.shape == dhs.shape else dxs
        return dhs.astype(np.float32)
