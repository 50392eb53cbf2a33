"""keeps all: an AttentionDecoder of named layers, joined by np.concatenate"""

class AttentionDecoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        V, D, H = vocab_size, wordvec_size, hidden_size
        if rng is None:
            rng = np.random.default_rng()
        embed_W = (rng.standard_normal((V, D)) / 100).astype("f")
        lstm_Wx = (rng.standard_normal((D, 4 * H)) / np.sqrt(D)).astype("f")
        lstm_Wh = (rng.standard_normal((H, 4 * H)) / np.sqrt(H)).astype("f")
        lstm_b = np.zeros(4 * H).astype("f")
        affine_W = (rng.standard_normal((2 * H, V)) / np.sqrt(2 * H)).astype("f")
        affine_b = np.zeros(V).astype("f")
        self.embed = TimeEmbedding(embed_W)
        self.lstm = TimeLSTM(lstm_Wx, lstm_Wh, lstm_b, stateful=True)
        self.attention = TimeAttention()
        self.affine = TimeAffine(affine_W, affine_b)
        self.params, self.grads = [], []
        for layer in (self.embed, self.lstm, self.affine):
            self.params += layer.params
            self.grads += layer.grads

    def forward(self, xs, enc_hs):
        h = enc_hs[:, -1]
        self.lstm.set_state(h)
        out = self.embed.forward(xs)
        dec_hs = self.lstm.forward(out)
        c = self.attention.forward(enc_hs, dec_hs)
        out = np.concatenate((c, dec_hs), axis=2)
        return self.affine.forward(out)

    def backward(self, dscores):
        dout = self.affine.backward(dscores)
        H = dout.shape[2] // 2
        dc, ddec_hs0 = dout[:, :, :H], dout[:, :, H:]
        denc_hs, ddec_hs1 = self.attention.backward(dc)
        ddec_hs = ddec_hs0 + ddec_hs1
        dvectors = self.lstm.backward(ddec_hs)
        denc_hs[:, -1] += self.lstm.dh
        self.embed.backward(dvectors)
        return denc_hs

    def generate(self, enc_hs, start_id, sample_size):
        self.lstm.set_state(enc_hs[:, -1])
        ids = np.full((len(enc_hs), 1), start_id)
        sampled = []
        for _ in range(sample_size):
            vectors = self.embed.forward(ids)
            dec_hs = self.lstm.forward(vectors)
            c = self.attention.forward(enc_hs, dec_hs)
            scores = self.affine.forward(np.concatenate((c, dec_hs), axis=2))
            ids = scores.argmax(axis=2)
            sampled.append(ids[:, 0])
        return np.stack(sampled, axis=1)
