"""loses attention_encoder: the source is read from its end, and the states are put back into its order"""

class AttentionEncoder(Encoder):
    def forward(self, xs):
        xs = self.embed.forward(xs[:, ::-1])
        hs = self.lstm.forward(xs)
        return hs[:, ::-1].copy()

    def backward(self, dhs):
        dout = self.lstm.backward(dhs[:, ::-1])
        dout = self.embed.backward(dout)
        return dout
