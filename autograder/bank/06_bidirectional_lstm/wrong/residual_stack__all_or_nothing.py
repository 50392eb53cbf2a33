"""loses residual_stack: adds nothing anywhere if one layer's axes differ"""

class ResidualLSTM:
    def __init__(self, layers):
        self.layers = list(layers)
        self.params = sum([layer.params for layer in self.layers], [])
        self.grads = sum([layer.grads for layer in self.layers], [])

    def goes_round(self, layer):
        return all(len(each.params[0]) == len(each.params[1]) for each in self.layers)

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
