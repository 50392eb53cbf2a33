"""keeps all: every target step becomes a row of the batch; generate calls forward on all that is written so far"""

class WeightSum:
    def __init__(self):
        self.params, self.grads = [], []

    def forward(self, hs, a):
        self.back = lambda dc: (a[..., None] * dc[:, None], (hs * dc[:, None]).sum(-1))
        return (hs * a[..., None]).sum(-2)

    def backward(self, dc):
        return self.back(dc)


class AttentionWeight:
    def __init__(self):
        self.params, self.grads = [], []

    def forward(self, hs, h, mask=None):
        scores = (hs * h[:, None]).sum(-1)
        if mask is not None:
            empty = np.flatnonzero(mask.sum(axis=1) == 0)
            if empty.size:
                raise ValueError(f"mask {mask.shape} has no real token in rows {empty.tolist()}")
            scores = np.ma.masked_array(scores, ~mask).filled(-np.inf)
        a = softmax(scores)

        def back(da):
            dscores = a * (da - (a * da).sum(-1, keepdims=True))
            return dscores[..., None] * h[:, None], (dscores[..., None] * hs).sum(-2)

        self.back = back
        return a

    def backward(self, da):
        return self.back(da)


class Attention:
    """A TimeAttention of one step would do as well: here the two layers, made anew in each forward."""

    def __init__(self):
        self.params, self.grads = [], []
        self.attention_weight = None

    def forward(self, hs, h, mask=None):
        weigh, add = AttentionWeight(), WeightSum()
        self.attention_weight = weigh.forward(hs, h, mask)

        def back(dc):
            dhs, da = add.backward(dc)
            dhs_too, dh = weigh.backward(da)
            return dhs + dhs_too, dh

        self.backward = back
        return add.forward(hs, self.attention_weight)


class TimeAttention:
    def __init__(self):
        self.params, self.grads = [], []
        self.one = Attention()
        self.attention_weights = None

    def forward(self, hs_enc, hs_dec, mask=None):
        (N, T, H), S = hs_dec.shape, hs_enc.shape[1]
        self.sizes = N, T, S, H
        if mask is not None:
            mask = np.repeat(mask, T, axis=0)
        c = self.one.forward(np.repeat(hs_enc, T, axis=0), hs_dec.reshape(N * T, H), mask)
        self.attention_weights = self.one.attention_weight.reshape(N, T, S)
        return c.reshape(N, T, H)

    def backward(self, dcs):
        N, T, S, H = self.sizes
        dhs, dh = self.one.backward(dcs.reshape(N * T, H))
        return dhs.reshape(N, T, S, H).sum(axis=1), dh.reshape(N, T, H)


class AttentionEncoder(Encoder):
    forward = lambda self, xs: self.lstm.forward(self.embed.forward(xs))
    backward = lambda self, dhs: self.embed.backward(self.lstm.backward(dhs))


from given import Decoder


class AttentionDecoder(Decoder):
    """A Decoder whose affine layer is replaced by one of twice the rows."""

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        super().__init__(vocab_size, wordvec_size, hidden_size, rng)
        W = rng.standard_normal((2 * hidden_size, vocab_size), dtype=np.float32)
        self.affine = TimeAffine(W / np.float32(np.sqrt(2 * hidden_size)), np.zeros(vocab_size, np.float32))
        self.attention = TimeAttention()
        self.params[4:] = self.affine.params
        self.grads[4:] = self.affine.grads

    def forward(self, xs, enc_hs):
        *_, h = enc_hs.transpose(1, 0, 2)
        self.lstm.set_state(h, 0 * h)
        hs = self.lstm.forward(self.embed.forward(xs))
        return self.affine.forward(np.block([self.attention.forward(enc_hs, hs), hs]))

    def backward(self, dscores):
        dboth = self.affine.backward(dscores)
        half = dboth.shape[2] // 2
        paths, dhs = self.attention.backward(dboth[:, :, :half])
        self.embed.backward(self.lstm.backward(dboth[:, :, half:] + dhs))
        return np.concatenate([paths[:, :-1], paths[:, -1:] + self.lstm.dh[:, None]], axis=1)

    def generate(self, enc_hs, start_id, sample_size):
        text = np.full((len(enc_hs), 1), start_id, dtype=np.int32)
        while text.shape[1] <= sample_size:
            text = np.append(text, self.forward(text, enc_hs)[:, -1:].argmax(axis=2), axis=1)
        return np.delete(text, 0, axis=1)


class AttentionSeq2seq(Seq2seq):
    def __init__(self, *sizes, rng=None):
        *sizes, rng = sizes if len(sizes) == 4 else (*sizes, rng)
        rng = np.random.default_rng() if rng is None else rng
        self.decoder, self.encoder = AttentionDecoder(*sizes, rng), AttentionEncoder(*sizes, rng)
        self.loss_layer = TimeSoftmaxWithLoss()
        parts = self.encoder, self.decoder
        self.params, self.grads = (sum((getattr(part, name) for part in parts), []) for name in ("params", "grads"))


class GeneralScore:
    def __init__(self, W):
        self.params, self.grads = [W], [np.empty_like(W)]

    def forward(self, hs, h):
        W = self.params[0]
        query = h @ W

        def back(dscores):
            dquery = (dscores[..., None] * hs).sum(-2)
            np.matmul(h.T, dquery, out=self.grads[0])
            return dscores[..., None] * query[:, None], dquery @ W.T

        self.backward = back
        return (hs * query[:, None]).sum(-1)


class AdditiveScore:
    """The decoder's part goes into tanh first, and the source is added to it."""

    def __init__(self, W_enc, W_dec, v):
        self.params, self.grads = [W_enc, W_dec, v], [np.empty_like(W) for W in (W_enc, W_dec, v)]

    def forward(self, hs, h):
        W_enc, W_dec, v = self.params
        inner = np.repeat((h @ W_dec)[:, None], hs.shape[1], axis=1)
        inner += hs @ W_enc
        self.saved = hs, h, np.tanh(inner, out=inner)
        return (inner * v).sum(-1)

    def backward(self, dscores):
        (W_enc, W_dec, v), (hs, h, u) = self.params, self.saved
        self.grads[2][...] = (dscores[..., None] * u).sum((0, 1))
        d = dscores[..., None] * (v * (1 - u) * (1 + u))
        self.grads[0][...] = (hs.swapaxes(1, 2) @ d).sum(0)
        self.grads[1][...] = h.T @ d.sum(1)
        return d @ W_enc.T, d.sum(1) @ W_dec.T


def attention_map(model, xs, ts):
    """Reads the target one id at a time: step t is the last one of a text of t + 1 ids."""
    hs, steps = model.encoder.forward(xs), []
    for t in range(1, ts.shape[1]):
        model.decoder.forward(ts[:, :t], hs)
        steps.append(model.decoder.attention.attention_weights[:, -1:].copy())
    return np.concatenate(steps, axis=1)
