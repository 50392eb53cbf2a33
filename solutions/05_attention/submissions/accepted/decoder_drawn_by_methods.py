"""keeps all: an AttentionDecoder whose weights come from methods, joined by np.dstack"""

class AttentionDecoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        self.rng = rng or np.random.default_rng()
        self.H = H = hidden_size
        self.embed = TimeEmbedding(self.normal(vocab_size, wordvec_size) * np.float32(0.01))
        Wx, Wh = self.weights(wordvec_size, 4 * H), self.weights(H, 4 * H)
        self.lstm = TimeLSTM(Wx, Wh, self.zeros(4 * H), stateful=True)
        self.affine = TimeAffine(self.weights(2 * H, vocab_size), self.zeros(vocab_size))
        self.attention = TimeAttention()
        layers = [self.embed, self.lstm, self.affine]
        self.params = [param for layer in layers for param in layer.params]
        self.grads = [grad for layer in layers for grad in layer.grads]

    def normal(self, rows, columns):
        return self.rng.standard_normal((rows, columns), dtype=np.float32)

    def weights(self, fan_in, columns):
        return self.normal(fan_in, columns) / np.float32(fan_in**0.5)

    def zeros(self, size):
        return np.zeros(size, dtype=np.float32)

    def forward(self, xs, enc_hs):
        self.lstm.set_state(enc_hs[:, -1])
        hidden = self.lstm.forward(self.embed.forward(xs))
        context = self.attention.forward(enc_hs, hidden)
        joined = np.dstack([context, hidden])
        return self.affine.forward(joined)

    def backward(self, dscores):
        dcontext, dhidden = np.split(self.affine.backward(dscores), 2, axis=2)
        denc_hs, more = self.attention.backward(dcontext)
        dvectors = self.lstm.backward(dhidden + more)
        self.embed.backward(dvectors)
        result = np.array(denc_hs)
        result[:, -1] += self.lstm.dh
        return result

    def generate(self, enc_hs, start_id, sample_size):
        N = enc_hs.shape[0]
        written = np.zeros((N, sample_size), dtype=int)
        self.lstm.set_state(enc_hs[:, -1])
        last = np.full(N, start_id)
        for t in range(sample_size):
            hidden = self.lstm.forward(self.embed.forward(last[:, None]))
            context = self.attention.forward(enc_hs, hidden)
            scores = self.affine.forward(np.dstack([context, hidden]))[:, 0]
            last = np.argmax(scores, axis=1)
            written[:, t] = last
        return written
