"""loses attention_encoder: the weights are drawn without the rng that was given"""

class AttentionEncoder(Encoder):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        super().__init__(vocab_size, wordvec_size, hidden_size)

    def forward(self, xs):
        return self.lstm.forward(self.embed.forward(xs))

    def backward(self, dhs):
        self.embed.backward(self.lstm.backward(dhs))
