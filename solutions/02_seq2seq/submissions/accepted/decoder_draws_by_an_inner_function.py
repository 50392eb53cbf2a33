"""keeps all: a Decoder whose weights come from a function inside __init__"""

class Decoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = rng or np.random.default_rng()

        def matrix(rows, columns, spread):
            return (spread * rng.standard_normal((rows, columns))).astype(np.float32)

        self.embed = TimeEmbedding(matrix(vocab_size, wordvec_size, 0.01))
        self.lstm = TimeLSTM(
            matrix(wordvec_size, 4 * hidden_size, 1 / np.sqrt(wordvec_size)),
            matrix(hidden_size, 4 * hidden_size, 1 / np.sqrt(hidden_size)),
            np.zeros(4 * hidden_size, dtype=np.float32),
            stateful=True,
        )
        self.affine = TimeAffine(
            matrix(hidden_size, vocab_size, 1 / np.sqrt(hidden_size)), np.zeros(vocab_size, dtype=np.float32)
        )
        layers = (self.embed, self.lstm, self.affine)
        self.params = sum((layer.params for layer in layers), [])
        self.grads = sum((layer.grads for layer in layers), [])

    def forward(self, xs, h):
        self.lstm.set_state(h)
        return self.affine.forward(self.lstm.forward(self.embed.forward(xs)))

    def backward(self, dscores):
        self.embed.backward(self.lstm.backward(self.affine.backward(dscores)))
        return self.lstm.dh

    def generate(self, h, start_id, sample_size):
        self.lstm.set_state(h)
        now, answer = np.full((len(h), 1), start_id), []
        while len(answer) < sample_size:
            scores = self.affine.forward(self.lstm.forward(self.embed.forward(now)))
            now = np.argmax(scores, axis=-1)
            answer.append(now)
        return np.hstack(answer)
