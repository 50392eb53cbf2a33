"""loses attention_encoder: the last hidden state is cut off"""

class AttentionEncoder(Encoder):
    def forward(self, xs):
        xs = self.embed.forward(xs)
        hs = self.lstm.forward(xs)
        return hs[:, :-1]

    def backward(self, dhs):
        dout = self.lstm.backward(np.pad(dhs, ((0, 0), (0, 1), (0, 0))))
        dout = self.embed.backward(dout)
        return dout
