"""loses residual_stack: what fits the first layer is done at all"""

class ResidualLSTM:
    def __init__(self, layers):
        self.layers = list(layers)
        self.params = sum([layer.params for layer in self.layers], [])
        self.grads = sum([layer.grads for layer in self.layers], [])

    def goes_round(self, layer):
        Wx, Wh, b = self.layers[0].params
        return len(Wx) == len(Wh)

    def forward(self, xs):
        out = xs
        for layer in self.layers:
            way_round = out
            out = layer.forward(out)
            if self.goes_round(layer):
                out = out + way_round
        return out

    def backward(self, dhs):
        dout = dhs
        for layer in self.layers[::-1]:
            way_round = dout
            dout = layer.backward(dout)
            if self.goes_round(layer):
                dout = dout + way_round
        return dout
