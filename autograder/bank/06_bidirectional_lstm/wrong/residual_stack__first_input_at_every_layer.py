"""loses residual_stack: adds the input of the whole stack to each layer's output"""

class ResidualLSTM:
    def __init__(self, layers):
        self.layers = layers
        self.params = [param for layer in layers for param in layer.params]
        self.grads = [grad for layer in layers for grad in layer.grads]

    def forward(self, xs):
        self.fits, out = [], xs
        for layer in self.layers:
            out = layer.forward(out)
            self.fits.append(out.shape == xs.shape)
            if self.fits[-1]:
                out = out + xs
        return out

    def backward(self, dhs):
        dout, round_all = dhs, 0
        for layer, fits in zip(self.layers[::-1], self.fits[::-1]):
            if fits:
                round_all = round_all + dout
            dout = layer.backward(dout)
        return dout + round_all
