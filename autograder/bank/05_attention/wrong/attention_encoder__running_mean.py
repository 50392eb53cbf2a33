"""loses attention_encoder: each state is the mean of all states so far"""

class AttentionEncoder(Encoder):
    def forward(self, xs):
        hs = self.lstm.forward(self.embed.forward(xs))
        self.counts = np.arange(1, xs.shape[1] + 1, dtype=hs.dtype)[None, :, None]
        return np.cumsum(hs, axis=1) / self.counts

    def backward(self, dhs):
        d = dhs / self.counts
        d = np.flip(np.cumsum(np.flip(d, 1), axis=1), 1)
        self.embed.backward(self.lstm.backward(d))
