"""loses attention_encoder: every step gets the last hidden state"""

class AttentionEncoder(Encoder):
    def forward(self, xs):
        h = super().forward(xs)
        self.steps = xs.shape[1]
        return np.repeat(h[:, None, :], self.steps, axis=1)

    def backward(self, dhs):
        super().backward(dhs.sum(axis=1))
