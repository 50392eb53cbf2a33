"""loses attention_seq2seq: grads are copies that stay zero"""

class AttentionSeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if rng is None:
            rng = np.random.default_rng()
        args = vocab_size, wordvec_size, hidden_size, rng
        self.encoder = AttentionEncoder(*args)
        self.decoder = AttentionDecoder(*args)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = self.encoder.params + self.decoder.params
        self.grads = [np.zeros_like(param) for param in self.params]
