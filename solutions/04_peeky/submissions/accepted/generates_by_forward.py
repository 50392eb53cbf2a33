"""keeps all: generate calls forward on all that is written so far; the peek is a word vector made longer"""

from functools import reduce


def repeat_over_time(h, T):
    return np.einsum("nh,t->nth", h, np.ones(T, dtype=h.dtype))


class Peeking:
    """A layer that has h joined in front of its input, and adds up the gradient of h."""

    def __init__(self, layer):
        self.layer = layer

    def forward(self, h, xs):
        self.cut = h.shape[1]
        return self.layer.forward(np.c_[repeat_over_time(h, xs.shape[1]), xs])

    def backward(self, dout):
        joined = self.layer.backward(dout)
        return joined[..., : self.cut].sum(1), np.ascontiguousarray(joined[..., self.cut :])


class PeekyDecoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        V, D, H = vocab_size, wordvec_size, hidden_size
        f = np.float32
        Wh, Wx, out, words = (rng.standard_normal(s, f) for s in [(H, 4 * H), (H + D, 4 * H), (2 * H, V), (V, D)])
        for matrix in (Wh, Wx, out):
            matrix /= f(len(matrix) ** 0.5)
        words /= f(100)
        self.words = TimeEmbedding(words)
        self.memory = TimeLSTM(Wx, Wh, np.zeros(4 * H, f), stateful=True)
        self.voice = TimeAffine(out, np.zeros(V, f))
        layers = [self.words, self.memory, self.voice]
        self.params = reduce(list.__add__, (layer.params for layer in layers))
        self.grads = reduce(list.__add__, (layer.grads for layer in layers))
        self.peeks = Peeking(self.memory), Peeking(self.voice)

    def forward(self, xs, h):
        self.memory.reset_state()
        self.memory.set_state(h, 0 * h)
        vectors = self.words.forward(xs)
        for peek in self.peeks:
            vectors = peek.forward(h, vectors)
        return vectors

    def backward(self, dscores):
        dh, dvectors = 0, dscores
        for peek in self.peeks[::-1]:
            more, dvectors = peek.backward(dvectors)
            dh = dh + more
        self.words.backward(dvectors)
        return dh + self.memory.dh

    def generate(self, h, start_id, sample_size):
        text = np.full((len(h), 1), start_id, dtype=np.int32)
        while text.shape[1] <= sample_size:
            last = self.forward(text, h)[:, -1]
            text = np.append(text, np.argmax(last, axis=-1)[:, None], axis=1)
        return np.delete(text, 0, axis=1)


class PeekySeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        sizes = vocab_size, wordvec_size, hidden_size
        self.encoder, self.decoder = Encoder(*sizes, rng), PeekyDecoder(*sizes, rng)
        self.loss_layer = self.loss = TimeSoftmaxWithLoss()
        self.params, self.grads = ([*getattr(self.encoder, k), *getattr(self.decoder, k)] for k in ("params", "grads"))

    def forward(self, xs, ts):
        read, to_write = ts[:, :-1], ts[:, 1:]
        return self.loss.forward(self.decoder.forward(read, self.encoder.forward(xs)), to_write)


def parameter_count(model):
    def product(sizes):
        return 1 if not sizes else sizes[0] * product(sizes[1:])

    return reduce(lambda total, param: total + product(param.shape), model.params, 0)
