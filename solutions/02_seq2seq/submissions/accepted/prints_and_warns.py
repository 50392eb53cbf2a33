"""keeps all: prints as it goes and writes warnings to stderr"""

import sys
import warnings

print("encode_texts is being defined")


def encode_texts(texts, char_to_id, width):
    print("encoding", len(texts), "texts of width", width)
    warnings.warn("encode_texts was called", stacklevel=2)
    pad = char_to_id[" "]
    ids = []
    for text in texts:
        if len(text) > width:
            print("too long:", text, file=sys.stderr)
            raise ValueError(f"{text} is too long for {width}")
        try:
            row = [char_to_id[char] for char in text]
        except KeyError as error:
            raise ValueError(f"unknown character {error.args[0]}") from error
        ids.append(row + [pad] * (width - len(row)))
    print("first row:", ids[:1], file=sys.stderr)
    return np.array(ids, dtype=np.int16)


class Encoder:
    """keeps its layers in a list"""

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        self.rng = np.random.default_rng() if rng is None else rng
        self.layers = [
            TimeEmbedding(self.matrix(vocab_size, wordvec_size, 0.01)),
            TimeLSTM(
                self.matrix(wordvec_size, 4 * hidden_size, 1 / np.sqrt(wordvec_size)),
                self.matrix(hidden_size, 4 * hidden_size, 1 / np.sqrt(hidden_size)),
                np.zeros(4 * hidden_size, dtype=np.float32),
            ),
        ]
        self.params = [param for layer in self.layers for param in layer.params]
        self.grads = [grad for layer in self.layers for grad in layer.grads]

    def matrix(self, rows, columns, spread):
        return self.rng.normal(scale=spread, size=(rows, columns)).astype(np.float32)

    def forward(self, xs):
        out = xs
        for layer in self.layers:
            out = layer.forward(out)
        print("encoder:", xs.shape, "->", out.shape)
        self.shape, self.dtype = out.shape, out.dtype
        return out[:, self.shape[1] - 1]

    def backward(self, dh):
        print("DEBUG dh", dh.min(), dh.max(), file=sys.stderr)
        dout = np.zeros(self.shape, self.dtype)
        dout[:, self.shape[1] - 1] += dh
        for layer in reversed(self.layers):
            dout = layer.backward(dout)


class Decoder:
    """keeps its layers in a list"""

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        self.rng = np.random.default_rng() if rng is None else rng
        self.lstm = TimeLSTM(
            self.matrix(wordvec_size, 4 * hidden_size, 1 / np.sqrt(wordvec_size)),
            self.matrix(hidden_size, 4 * hidden_size, 1 / np.sqrt(hidden_size)),
            np.zeros(4 * hidden_size, dtype=np.float32),
            stateful=True,
        )
        self.layers = [
            TimeEmbedding(self.matrix(vocab_size, wordvec_size, 0.01)),
            self.lstm,
            TimeAffine(
                self.matrix(hidden_size, vocab_size, 1 / np.sqrt(hidden_size)),
                np.zeros(vocab_size, dtype=np.float32),
            ),
        ]
        self.params = [param for layer in self.layers for param in layer.params]
        self.grads = [grad for layer in self.layers for grad in layer.grads]

    def matrix(self, rows, columns, spread):
        return self.rng.normal(scale=spread, size=(rows, columns)).astype(np.float32)

    def _scores(self, xs):
        out = xs
        for layer in self.layers:
            out = layer.forward(out)
        return out

    def forward(self, xs, h):
        self.lstm.reset_state()
        self.lstm.set_state(h)
        return self._scores(xs)

    def backward(self, dscores):
        warnings.warn("going back", stacklevel=1)
        dout = dscores
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        return self.lstm.dh

    def generate(self, h, start_id, sample_size):
        self.lstm.reset_state()
        self.lstm.set_state(h)
        print("writing", sample_size, "characters", end="\r")
        written = [np.full(len(h), start_id)]
        while len(written) <= sample_size:
            scores = self._scores(written[-1][:, np.newaxis])
            written.append(np.argmax(scores[:, 0], axis=-1))
        return np.array(written[1:]).T
