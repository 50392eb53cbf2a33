"""loses bi_attention_seq2seq: grads begin with the decoder's, params with the encoder's"""

class BiAttentionSeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if rng is None:
            rng = np.random.default_rng()
        V, D, H = vocab_size, wordvec_size, hidden_size
        self.encoder = BiEncoder(V, D, H, rng)
        self.decoder = AttentionDecoder(V, D, H, rng)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = self.encoder.params + self.decoder.params
        self.grads = self.decoder.grads + self.encoder.grads
