"""loses attention_encoder: the gradients are divided by the number of steps"""

class AttentionEncoder(Encoder):
    def forward(self, xs):
        super().forward(xs)
        return self.hs.copy()

    def backward(self, dhs):
        dvectors = self.lstm.backward(dhs / dhs.dtype.type(dhs.shape[1]))
        self.embed.backward(dvectors)
