"""loses attention_encoder: the states come back from the last to the first"""

class AttentionEncoder(Encoder):
    def forward(self, xs):
        xs = self.embed.forward(xs)
        hs = self.lstm.forward(xs)
        return hs[:, ::-1]

    def backward(self, dhs):
        dout = self.lstm.backward(dhs[:, ::-1])
        dout = self.embed.backward(dout)
        return dout
