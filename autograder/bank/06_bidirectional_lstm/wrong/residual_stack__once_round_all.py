"""loses residual_stack: has one way, round the whole stack"""

class ResidualLSTM:
    def __init__(self, layers):
        self.layers = layers
        self.params = [param for layer in layers for param in layer.params]
        self.grads = [grad for layer in layers for grad in layer.grads]

    def forward(self, xs):
        out = xs
        for layer in self.layers:
            out = layer.forward(out)
        self.fits = out.shape == xs.shape
        return out + xs if self.fits else out

    def backward(self, dhs):
        dout = dhs
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        return dout + dhs if self.fits else dout
