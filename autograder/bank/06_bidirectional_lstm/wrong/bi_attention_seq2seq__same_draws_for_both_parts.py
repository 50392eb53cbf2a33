"""loses bi_attention_seq2seq: encoder and decoder begin with the same draws"""

import copy


class BiAttentionSeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if rng is None:
            rng = np.random.default_rng()
        V, D, H = vocab_size, wordvec_size, hidden_size
        self.encoder = BiEncoder(V, D, H, copy.deepcopy(rng))
        self.decoder = AttentionDecoder(V, D, H, rng)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = self.encoder.params + self.decoder.params
        self.grads = self.encoder.grads + self.decoder.grads
