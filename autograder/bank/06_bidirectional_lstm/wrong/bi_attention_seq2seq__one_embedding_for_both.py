"""loses bi_attention_seq2seq: the decoder reads with the encoder's embedding, its own stays in params"""

class BiAttentionSeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if rng is None:
            rng = np.random.default_rng()
        V, D, H = vocab_size, wordvec_size, hidden_size
        self.encoder = BiEncoder(V, D, H, rng)
        self.decoder = AttentionDecoder(V, D, H, rng)
        self.decoder.embed = TimeEmbedding(self.encoder.params[0])
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = self.encoder.params + self.decoder.params
        self.grads = self.encoder.grads + self.decoder.grads
