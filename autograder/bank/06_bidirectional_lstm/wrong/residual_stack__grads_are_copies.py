"""loses residual_stack: grads are copies, taken before the first backward"""

class ResidualLSTM:
    def __init__(self, layers):
        self.layers = list(layers)
        self.params = sum([layer.params for layer in self.layers], [])
        self.grads = [np.copy(grad) for layer in self.layers for grad in layer.grads]

    def goes_round(self, layer):
        Wx, Wh, b = layer.params
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
