"""loses attention_encoder: the mean of each word vector is added to its hidden state"""

class AttentionEncoder(Encoder):
    def forward(self, xs):
        super().forward(xs)
        vectors = self.embed.params[0][xs]
        return self.hs + vectors.mean(axis=2, keepdims=True)

    def backward(self, dhs):
        dvectors = self.lstm.backward(dhs)
        shares = dhs.sum(axis=2, keepdims=True) / dvectors.dtype.type(dvectors.shape[2])
        self.embed.backward(dvectors + shares)
