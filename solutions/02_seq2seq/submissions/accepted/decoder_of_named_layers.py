"""keeps all: a Decoder of three named layers, called one by one"""

class Decoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        V, D, H = vocab_size, wordvec_size, hidden_size
        if rng is None:
            rng = np.random.default_rng()
        embed_W = (rng.standard_normal((V, D)) / 100).astype(np.float32)
        lstm_Wx = (rng.standard_normal((D, 4 * H)) / np.sqrt(D)).astype(np.float32)
        lstm_Wh = (rng.standard_normal((H, 4 * H)) / np.sqrt(H)).astype(np.float32)
        lstm_b = np.zeros(4 * H, dtype=np.float32)
        affine_W = (rng.standard_normal((H, V)) / np.sqrt(H)).astype(np.float32)
        affine_b = np.zeros(V, dtype=np.float32)
        self.embed = TimeEmbedding(embed_W)
        self.lstm = TimeLSTM(lstm_Wx, lstm_Wh, lstm_b, stateful=True)
        self.affine = TimeAffine(affine_W, affine_b)
        self.params = self.embed.params + self.lstm.params + self.affine.params
        self.grads = self.embed.grads + self.lstm.grads + self.affine.grads

    def forward(self, xs, h):
        self.lstm.set_state(h)
        vectors = self.embed.forward(xs)
        hs = self.lstm.forward(vectors)
        return self.affine.forward(hs)

    def backward(self, dscores):
        dhs = self.affine.backward(dscores)
        dvectors = self.lstm.backward(dhs)
        self.embed.backward(dvectors)
        return self.lstm.dh

    def generate(self, h, start_id, sample_size):
        self.lstm.set_state(h)
        chars = np.full((len(h), 1), start_id)
        answer = []
        for _ in range(sample_size):
            scores = self.affine.forward(self.lstm.forward(self.embed.forward(chars)))
            chars = scores.argmax(axis=2)
            answer.append(chars)
        return np.concatenate(answer, axis=1)
