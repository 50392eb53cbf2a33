"""loses residual_stack: adds the stack's upstream gradient at each layer"""

class ResidualLSTM:
    def __init__(self, layers):
        self.layers = list(layers)
        self.params = sum([layer.params for layer in self.layers], [])
        self.grads = sum([layer.grads for layer in self.layers], [])

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
            dout = layer.backward(dout)
            if dout.shape == dhs.shape:
                dout = dout + dhs
        return dout
