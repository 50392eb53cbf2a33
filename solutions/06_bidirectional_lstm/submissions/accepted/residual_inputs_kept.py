"""keeps all: a ResidualLSTM that keeps the input of every layer"""

class ResidualLSTM:
    def __init__(self, layers):
        self.layers = layers
        self.params = [param for layer in layers for param in layer.params]
        self.grads = [grad for layer in layers for grad in layer.grads]

    def forward(self, xs):
        self.inputs, self.added = [xs], []
        for k, layer in enumerate(self.layers):
            hs = layer.forward(self.inputs[-1])
            source = self.inputs[k]
            self.added.append(source.shape == hs.shape)
            self.inputs.append(hs + source if self.added[-1] else hs)
        return self.inputs[-1]

    def backward(self, dhs):
        dinputs = [np.zeros_like(each) for each in self.inputs]
        dinputs[-1] += dhs
        for k in reversed(range(len(self.layers))):
            dinputs[k] += self.layers[k].backward(dinputs[k + 1])
            if self.added[k]:
                dinputs[k] += dinputs[k + 1]
        return dinputs[0]
