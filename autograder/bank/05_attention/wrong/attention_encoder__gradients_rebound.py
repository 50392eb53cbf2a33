"""loses attention_encoder: grads becomes a list of new arrays at every backward"""

class AttentionEncoder(Encoder):
    def forward(self, xs):
        super().forward(xs)
        return self.hs.copy()

    def backward(self, dhs):
        dvectors = self.lstm.backward(dhs)
        self.embed.backward(dvectors)
        self.grads = [grad.copy() for layer in (self.embed, self.lstm) for grad in layer.grads]
        for layer in (self.embed, self.lstm):
            layer.grads = [np.zeros_like(grad) for grad in layer.grads]
