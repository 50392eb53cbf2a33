"""loses attention_encoder: the states of id 0 are set to zero"""

class AttentionEncoder(Encoder):
    def forward(self, xs):
        self.keep = (xs != 0)[:, :, None]
        xs = self.embed.forward(xs)
        hs = self.lstm.forward(xs)
        return hs * self.keep

    def backward(self, dhs):
        dout = self.lstm.backward(dhs * self.keep)
        dout = self.embed.backward(dout)
        return dout
