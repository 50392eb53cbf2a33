"""keeps all: an AttentionSeq2seq that makes all its parts itself"""

class AttentionSeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if rng is None:
            rng = np.random.default_rng()
        args = vocab_size, wordvec_size, hidden_size, rng
        self.encoder = AttentionEncoder(*args)
        self.decoder = AttentionDecoder(*args)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = self.encoder.params + self.decoder.params
        self.grads = self.encoder.grads + self.decoder.grads
