"""loses attention_seq2seq: without rng the weights are always the same"""

class AttentionSeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if rng is None:
            rng = np.random.default_rng(1)
        args = vocab_size, wordvec_size, hidden_size, rng
        self.encoder = AttentionEncoder(*args)
        self.decoder = AttentionDecoder(*args)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = self.encoder.params + self.decoder.params
        self.grads = self.encoder.grads + self.decoder.grads
