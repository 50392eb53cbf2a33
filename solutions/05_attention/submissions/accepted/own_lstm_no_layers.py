"""keeps all: models without layers: own arrays, an LSTM written out, gradients of attention inside the loop"""

class WeightSum:
    params, grads = [], []

    def forward(self, hs, a):
        self.kept = hs, a
        return np.tensordot(a, hs, axes=([1], [1]))[range(len(a)), range(len(a))]

    def backward(self, dc):
        hs, a = self.kept
        return np.einsum("ns,nh->nsh", a, dc), np.einsum("nsh,nh->ns", hs, dc)


def weigh(scores, mask):
    """Multiply and divide: masked exponentials are 0, and the highest real score is what is subtracted."""
    if mask is None:
        mask = np.ones(scores.shape, dtype=bool)
    mask = np.broadcast_to(mask, scores.shape)
    if not np.logical_or.reduce(mask, axis=-1).all():
        raise ValueError("there is a row in mask, of shape %s, that has no True" % (mask.shape,))
    top = np.max(scores, axis=-1, keepdims=True, where=mask, initial=np.finfo(scores.dtype).min)
    e = np.exp(np.minimum(scores - top, 0)) * mask
    return e / e.sum(axis=-1, keepdims=True)


class AttentionWeight:
    params, grads = [], []

    def forward(self, hs, h, mask=None):
        self.kept = hs, h, weigh(np.einsum("nsh,nh->ns", hs, h), mask)
        return self.kept[2].copy()

    def backward(self, da):
        hs, h, a = self.kept
        d = a * da
        d = d - a * d.sum(axis=1)[:, None]
        return np.einsum("ns,nh->nsh", d, h), np.einsum("ns,nsh->nh", d, hs)


class Attention:
    attention_weight = None
    params, grads = [], []

    def forward(self, hs, h, mask=None):
        self.hs, self.h = hs, h
        self.attention_weight = weigh(np.einsum("nsh,nh->ns", hs, h), mask)
        return np.einsum("nsh,ns->nh", hs, self.attention_weight)

    def backward(self, dc):
        a = self.attention_weight
        centred = self.hs - np.einsum("nsh,ns->nh", self.hs, a)[:, None]
        d = a * np.einsum("nh,nsh->ns", dc, centred)
        dh = np.einsum("ns,nsh->nh", d, centred)
        return np.einsum("ns,nh->nsh", a, dc) + np.einsum("ns,nh->nsh", d, self.h), dh


class TimeAttention:
    attention_weights = None
    params, grads = [], []

    def forward(self, hs_enc, hs_dec, mask=None):
        self.hs_enc, self.hs_dec = hs_enc, hs_dec
        scores = np.einsum("nth,nsh->nts", hs_dec, hs_enc)
        self.attention_weights = weigh(scores, None if mask is None else mask[:, None, :])
        return np.einsum("nts,nsh->nth", self.attention_weights, hs_enc)

    def backward(self, dcs):
        a = self.attention_weights
        dscores = a * np.einsum("nth,nsh->nts", dcs, self.hs_enc)
        dscores = dscores - a * np.einsum("nts->nt", dscores)[..., None]
        dhs_enc = np.einsum("nts,nth->nsh", a, dcs)
        dhs_enc += np.einsum("nts,nth->nsh", dscores, self.hs_dec)
        return dhs_enc, np.einsum("nts,nsh->nth", dscores, self.hs_enc)


def bend(z):
    f, g, i, o = np.split(z, 4, axis=-1)
    return 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-i)), 1 / (1 + np.exp(-o))


def lstm_forward(vectors, h, Wx, Wh, b):
    """Vectors (N, T, D) and the first state -> all states (N, T, H) and what backward needs."""
    c, memory = np.zeros_like(h), []
    for t in range(vectors.shape[1]):
        x = vectors[:, t]
        f, g, i, o = bend(x @ Wx + h @ Wh + b)
        before, c_before = h, c
        c = f * c + i * g
        h = o * np.tanh(c)
        memory.append((x, before, c_before, f, g, i, o, c, h))
    return np.stack([step[-1] for step in memory], axis=1), memory


def lstm_backward(dhs, memory, Wx, Wh, grads):
    """-> (gradient of the vectors, that of the first state); fills grads, those of Wx, Wh and b."""
    for grad in grads:
        grad[...] = 0
    dh, dc, dvectors = 0, 0, []
    for t in reversed(range(len(memory))):
        x, before, c_before, f, g, i, o, c, _ = memory[t]
        dh = dh + dhs[:, t]
        dc = dc + dh * o * (1 - np.tanh(c) ** 2)
        dz = np.hstack([dc * c_before * f * (1 - f), dc * i * (1 - g**2),
                        dc * g * i * (1 - i), dh * np.tanh(c) * o * (1 - o)])
        for grad, more in zip(grads, (x.T @ dz, before.T @ dz, dz.sum(axis=0))):
            grad += more
        dvectors.append(dz @ Wx.T)
        dc, dh = dc * f, dz @ Wh.T
    return np.stack(dvectors[::-1], axis=1), dh


def drawn(rng, *shapes):
    """float32 arrays: the first one word vectors, vectors zero."""
    arrays = [np.zeros(shape, np.float32) for shape in shapes]
    for k, array in enumerate(arrays):
        if array.ndim == 2:
            array[...] = rng.normal(size=array.shape) * (0.01 if k == 0 else len(array) ** -0.5)
    return arrays


class AttentionEncoder:
    """Without the base class and without layers."""

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng(rng)
        V, D, H = vocab_size, wordvec_size, hidden_size
        self.params = drawn(rng, (V, D), (D, 4 * H), (H, 4 * H), (4 * H,))
        self.grads = list(map(np.zeros_like, self.params))

    def forward(self, xs):
        W, Wx, Wh, b = self.params
        self.xs = xs.copy()
        hs, self.memory = lstm_forward(W[xs], np.zeros((len(xs), len(Wh)), W.dtype), Wx, Wh, b)
        return hs

    def backward(self, dhs):
        W, Wx, Wh, b = self.params
        dvectors, _ = lstm_backward(dhs, self.memory, Wx, Wh, self.grads[1:])
        self.grads[0].fill(0)
        np.add.at(self.grads[0], self.xs, dvectors)


class AttentionDecoder:
    """Attention is worked out step by step beside the LSTM; gradients are collected by hand."""

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng(rng)
        V, D, H = vocab_size, wordvec_size, hidden_size
        self.params = drawn(rng, (V, D), (D, 4 * H), (H, 4 * H), (4 * H,), (2 * H, V), (V,))
        self.grads = list(map(np.zeros_like, self.params))

    def step(self, ids, source, h, c):
        W, Wx, Wh, b, U, d = self.params
        f, g, i, o = bend(W[ids] @ Wx + h @ Wh + b)
        c = f * c + i * g
        h = o * np.tanh(c)
        a = weigh(np.einsum("nsh,nh->ns", source, h), None)
        context = np.einsum("nsh,ns->nh", source, a)
        return context @ U[: len(Wh)] + h @ U[len(Wh) :] + d, h, c, a

    def forward(self, xs, enc_hs):
        W, Wx, Wh, b, U, d = self.params
        self.xs, self.source = xs.copy(), enc_hs.copy()
        hs, self.memory = lstm_forward(W[xs], enc_hs[:, -1], Wx, Wh, b)
        self.a = weigh(np.einsum("nth,nsh->nts", hs, enc_hs), None)
        self.both = np.concatenate([np.einsum("nts,nsh->nth", self.a, enc_hs), hs], axis=2)
        return self.both @ U + d

    def backward(self, dscores):
        W, Wx, Wh, b, U, d = self.params
        H, source = len(Wh), self.source
        self.grads[4][...] = np.einsum("ntk,ntv->kv", self.both, dscores)
        self.grads[5][...] = dscores.sum(axis=(0, 1))
        dboth = dscores @ U.T
        denc_hs, dhs = np.zeros_like(source), dboth[..., H:].copy()
        for t in range(dhs.shape[1]):
            a, dc, h = self.a[:, t], dboth[:, t, :H], self.both[:, t, H:]
            da = np.einsum("nh,nsh->ns", dc, source)
            ds = a * (da - np.einsum("ns,ns->n", a, da)[:, None])
            denc_hs += a[:, :, None] * dc[:, None] + ds[:, :, None] * h[:, None]
            dhs[:, t] += np.einsum("ns,nsh->nh", ds, source)
        dvectors, dh = lstm_backward(dhs, self.memory, Wx, Wh, self.grads[1:4])
        self.grads[0].fill(0)
        np.add.at(self.grads[0], self.xs, dvectors)
        denc_hs[:, -1] += dh
        return denc_hs

    def generate(self, enc_hs, start_id, sample_size):
        h = enc_hs[:, -1]
        c, ids, answers = np.zeros_like(h), np.full(len(h), start_id), []
        for _ in range(sample_size):
            scores, h, c, _ = self.step(ids, enc_hs, h, c)
            ids = np.argmax(scores, axis=1)
            answers.append(ids)
        return np.transpose(answers)


class AttentionSeq2seq:
    """Without the base class."""

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng(rng)
        self.decoder = AttentionDecoder(vocab_size, wordvec_size, hidden_size, rng)
        self.encoder = AttentionEncoder(vocab_size, wordvec_size, hidden_size, rng)
        self.params = [*self.encoder.params, *self.decoder.params]
        self.grads = [*self.encoder.grads, *self.decoder.grads]

    def forward(self, xs, ts):
        scores = self.decoder.forward(ts[:, :-1], self.encoder.forward(xs))
        logs = scores - scores.max(axis=2, keepdims=True)
        logs = logs - np.log(np.exp(logs).sum(axis=2, keepdims=True))
        labels = np.eye(scores.shape[2], dtype=scores.dtype)[ts[:, 1:]]
        self.slope = (np.exp(logs) - labels) / labels[..., 0].size
        return float(-(logs * labels).sum() / labels[..., 0].size)

    def backward(self, dout=1):
        self.encoder.backward(self.decoder.backward((self.slope * dout).astype(self.slope.dtype)))

    def generate(self, xs, start_id, sample_size):
        return self.decoder.generate(self.encoder.forward(xs), start_id, sample_size)


class GeneralScore:
    def __init__(self, W):
        self.W, self.dW = W, np.zeros_like(W)
        self.params, self.grads = [self.W], [self.dW]

    def forward(self, hs, h):
        self.hs, self.h = hs, h
        keys = np.tensordot(hs, self.W, axes=([2], [1]))  # W applied on the other side
        self.keys = keys
        return (keys * h[:, None]).sum(axis=-1)

    def backward(self, dscores):
        dkeys = dscores[..., None] * self.h[:, None]
        np.copyto(self.dW, np.tensordot(dkeys, self.hs, axes=([0, 1], [0, 1])))
        return dkeys @ self.W, (dscores[..., None] * self.keys).sum(axis=1)


class AdditiveScore:
    """One matrix for both inputs joined, as if they were one vector."""

    def __init__(self, W_enc, W_dec, v):
        self.params = [W_enc, W_dec, v]
        self.grads = [np.zeros_like(param) for param in self.params]

    def forward(self, hs, h):
        W_enc, W_dec, v = self.params
        self.cut = hs.shape[2]
        self.joined = np.concatenate([hs, np.repeat(h[:, None], hs.shape[1], axis=1)], axis=2)
        self.W = np.concatenate([W_enc, W_dec])
        self.u = np.tanh(self.joined @ self.W)
        return np.einsum("nsa,a->ns", self.u, v)

    def backward(self, dscores):
        dz = np.einsum("ns,a->nsa", dscores, self.params[2]) * (1 - np.square(self.u))
        dW = np.einsum("nsk,nsa->ka", self.joined, dz)
        self.grads[0][...], self.grads[1][...] = dW[: self.cut], dW[self.cut :]
        self.grads[2][...] = np.einsum("ns,nsa->a", dscores, self.u)
        djoined = dz @ self.W.T
        return djoined[..., : self.cut], djoined[..., self.cut :].sum(axis=1)


def attention_map(model, xs, ts):
    """A decoder with steps of its own is asked step by step, any other for what it kept."""
    source = model.encoder.forward(xs)
    if not hasattr(model.decoder, "step"):
        model.decoder.forward(ts[:, :-1], source)
        return model.decoder.attention.attention_weights
    h, maps = source[:, -1], []
    c = np.zeros_like(h)
    for ids in ts[:, :-1].T:
        _, h, c, a = model.decoder.step(ids, source, h, c)
        maps.append(a)
    return np.stack(maps, axis=1)
