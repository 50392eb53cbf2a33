"""loses attention_encoder: draws an LSTM of its own, at a hundredth of the size"""

class AttentionEncoder(Encoder):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        super().__init__(vocab_size, wordvec_size, hidden_size, rng)
        for param in self.lstm.params[:2]:
            param[...] = rng.standard_normal(param.shape) / 100

    def forward(self, xs):
        return self.lstm.forward(self.embed.forward(xs))

    def backward(self, dhs):
        self.embed.backward(self.lstm.backward(dhs))
