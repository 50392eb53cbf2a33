"""loses peeky_seq2seq: generate includes the start id"""

class PeekySeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if rng is None:
            rng = np.random.default_rng()
        self.encoder = Encoder(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = PeekyDecoder(vocab_size, wordvec_size, hidden_size, rng)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = self.encoder.params + self.decoder.params
        self.grads = self.encoder.grads + self.decoder.grads

    def generate(self, xs, start_id, sample_size):
        answers = super().generate(xs, start_id, sample_size - 1) if sample_size > 1 else np.empty((len(xs), 0), int)
        return np.concatenate([np.full((len(xs), 1), start_id), answers], axis=1)
