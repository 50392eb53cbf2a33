"""loses attention_encoder: dhs is set to zero after use"""

class AttentionEncoder(Encoder):
    def forward(self, xs):
        super().forward(xs)
        return self.hs.copy()

    def backward(self, dhs):
        dvectors = self.lstm.backward(dhs)
        dhs.fill(0)
        self.embed.backward(dvectors)
