"""loses attention_seq2seq: the optimiser gets the decoder's parameters only"""

class AttentionSeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if rng is None:
            rng = np.random.default_rng()
        args = vocab_size, wordvec_size, hidden_size, rng
        self.encoder = AttentionEncoder(*args)
        self.decoder = AttentionDecoder(*args)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = list(self.decoder.params)
        self.grads = list(self.decoder.grads)
