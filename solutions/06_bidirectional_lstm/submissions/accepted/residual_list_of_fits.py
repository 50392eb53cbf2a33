"""keeps all: a ResidualLSTM that keeps for each layer whether it fits"""

class ResidualLSTM:
    def __init__(self, layers):
        self.layers = layers
        self.params = [param for layer in layers for param in layer.params]
        self.grads = [grad for layer in layers for grad in layer.grads]

    def forward(self, xs):
        self.fits = []
        for layer in self.layers:
            out = layer.forward(xs)
            self.fits.append(out.shape == xs.shape)
            if self.fits[-1]:
                out = out + xs
            xs = out
        return xs

    def backward(self, dhs):
        dout = dhs
        for layer, fits in zip(self.layers[::-1], self.fits[::-1]):
            below = layer.backward(dout)
            dout = below + dout if fits else below
        return dout
