"""loses attention_encoder: xs is reversed in place and not put back"""

class AttentionEncoder(Encoder):
    def forward(self, xs):
        ids = xs.copy()
        xs[:] = xs[:, ::-1]
        xs = self.embed.forward(ids)
        hs = self.lstm.forward(xs)
        return hs

    def backward(self, dhs):
        dout = self.lstm.backward(dhs)
        dout = self.embed.backward(dout)
        return dout
