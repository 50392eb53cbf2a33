"""keeps all: prints as it goes and writes warnings to stderr; float masks, caches as dictionaries"""

import sys
import warnings

print("WeightSum is being defined")


class WeightSum:
    def __init__(self):
        self.params, self.grads, self.cache = [], [], {}

    def forward(self, hs, a):
        print("weights", a.min(), a.max())
        warnings.warn("WeightSum.forward was called", stacklevel=2)
        self.cache.update(hs=hs, a=a)
        return np.matmul(hs.swapaxes(1, 2), a[:, :, None]).squeeze(2)

    def backward(self, dc):
        print("DEBUG dc", dc.shape, file=sys.stderr)
        da = np.matmul(self.cache["hs"], dc[:, :, None]).squeeze(2)
        return np.matmul(self.cache["a"][:, :, None], dc[:, None, :]), da


class AttentionWeight:
    def __init__(self):
        self.params, self.grads, self.cache = [], [], {}

    def forward(self, hs, h, mask=None):
        scores = np.matmul(hs, h[:, :, None]).squeeze(2)
        keep = np.ones_like(scores) if mask is None else mask.astype(scores.dtype)
        if (keep.sum(axis=1) < 1).any():
            print("bad mask", mask, file=sys.stderr)
            raise ValueError(f"mask of shape {keep.shape}: a row has no True")
        with np.errstate(divide="ignore"):
            a = softmax(scores + np.log(keep))  # log 0 is minus infinity
        self.cache.update(hs=hs, h=h, a=a)
        print("weights add up to", a.sum(axis=1))
        return a

    def backward(self, da):
        hs, h, a = (self.cache[name] for name in ("hs", "h", "a"))
        N, S = a.shape
        eye = np.eye(S, dtype=a.dtype)
        jacobians = a[:, :, None] * (eye - a[:, None, :])
        ds = np.matmul(da[:, None, :], jacobians).reshape(N, S)
        return np.multiply.outer(ds, h)[np.arange(N), :, np.arange(N)], np.matmul(ds[:, None], hs).reshape(h.shape)


class Attention:
    def __init__(self):
        self.params, self.grads = [], []
        self.layers = {"weight": AttentionWeight(), "sum": WeightSum()}
        self.attention_weight = None

    def forward(self, hs, h, mask=None):
        self.attention_weight = a = self.layers["weight"].forward(hs, h, mask)
        return self.layers["sum"].forward(hs, a)

    def backward(self, dc):
        first = self.layers["sum"].backward(dc)
        second = self.layers["weight"].backward(first[1])
        return np.add(first[0], second[0]), second[1]


class TimeAttention:
    def __init__(self):
        self.params, self.grads = [], []
        self.attention_weights = None
        self.steps = []

    def forward(self, hs_enc, hs_dec, mask=None):
        print("TimeAttention", hs_enc.shape, hs_dec.shape)
        while len(self.steps) < hs_dec.shape[1]:  # layers are kept from call to call; only the first T are used
            self.steps.append(Attention())
        self.T = hs_dec.shape[1]
        out = [self.steps[t].forward(hs_enc, hs_dec[:, t], mask) for t in range(self.T)]
        self.attention_weights = np.stack([step.attention_weight for step in self.steps[: self.T]], axis=1)
        return np.stack(out, axis=1)

    def backward(self, dcs):
        dhs_enc, dhs_dec = np.zeros((), dcs.dtype), np.zeros_like(dcs)
        for t in reversed(range(self.T)):
            more, dhs_dec[:, t] = self.steps[t].backward(dcs[:, t])
            dhs_enc = dhs_enc + more
        return dhs_enc, dhs_dec


class AttentionSeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if rng is None:
            rng = np.random.default_rng()
            warnings.warn("no rng was given", stacklevel=2)
        self.encoder = AttentionEncoder(vocab_size, wordvec_size, hidden_size, rng=rng)
        self.decoder = AttentionDecoder(vocab_size, wordvec_size, hidden_size, rng=rng)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = list(self.encoder.params) + list(self.decoder.params)
        self.grads = list(self.encoder.grads) + list(self.decoder.grads)
        print(sum(param.size for param in self.params), "weights")

    def forward(self, xs, ts):
        loss = super().forward(xs, ts)
        print("loss", loss, file=sys.stderr)
        return loss


def attention_map(model, xs, ts):
    print("one row of the batch at a time")
    maps = []
    for n in range(len(xs)):
        model.forward(xs[n : n + 1], ts[n : n + 1])
        maps.append(model.decoder.attention.attention_weights[0].copy())
    return np.array(maps)
