"""keeps all: a matrix per gate, cut out at every call, and einsum everywhere"""

from collections import namedtuple

Step = namedtuple("Step", "x h c gates c_next")


def softmax(scores):
    top = np.expand_dims(np.amax(scores, axis=-1), -1)
    e = np.exp(scores - top)
    return np.einsum("...v,...->...v", e, 1 / np.einsum("...v->...", e))


class LSTM:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(p) for p in (Wx, Wh, b)]

    def columns(self, k):
        H = self.params[1].shape[0]
        return slice(k * H, (k + 1) * H)

    def gate(self, k, x, h, squash):
        Wx, Wh, b = (p[..., self.columns(k)] for p in self.params)
        return squash(np.einsum("nd,dh->nh", x, Wx) + np.einsum("nk,kh->nh", h, Wh) + b)

    def forward(self, x, h_prev, c_prev):
        names = {"f": (0, sigmoid), "g": (1, np.tanh), "i": (2, sigmoid), "o": (3, sigmoid)}
        gates = {name: self.gate(k, x, h_prev, squash) for name, (k, squash) in names.items()}
        c_next = gates["f"] * c_prev + gates["g"] * gates["i"]
        self.last = Step(x, h_prev, c_prev, gates, c_next)
        return gates["o"] * np.tanh(c_next), c_next

    def backward(self, dh_next, dc_next):
        s = self.last
        f, g, i, o = (s.gates[name] for name in "fgio")
        tanh_c = np.tanh(s.c_next)
        dc = dc_next + dh_next * o / np.cosh(s.c_next) ** 2
        slopes = [dc * s.c * f * (1 - f), dc * i * (1 - g * g), dc * g * i * (1 - i), dh_next * tanh_c * o * (1 - o)]
        dx, dh = np.zeros_like(s.x), np.zeros_like(s.h)
        for k, dz in enumerate(slopes):
            cut = self.columns(k)
            self.grads[0][:, cut] = np.einsum("nd,nh->dh", s.x, dz)
            self.grads[1][:, cut] = np.einsum("nk,nh->kh", s.h, dz)
            self.grads[2][cut] = np.einsum("nh->h", dz)
            dx += np.einsum("nh,dh->nd", dz, self.params[0][:, cut])
            dh += np.einsum("nh,kh->nk", dz, self.params[1][:, cut])
        return dx, dh, dc * f


class TimeLSTM:
    def __init__(self, Wx, Wh, b, stateful=False):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(p) for p in self.params]
        self.stateful = stateful
        self.h, self.c = None, None

    def forward(self, xs):
        rows, steps, _ = xs.shape
        zero = np.zeros((rows, self.params[1].shape[0]), dtype=xs.dtype)
        h, c = (zero, zero) if self.h is None or not self.stateful else (self.h, self.c)
        if len(h) != rows:
            raise ValueError(f"this batch has {rows} rows, the one before had {len(h)}")
        self.layers = [LSTM(*self.params) for _ in range(steps)]
        hs = np.empty((rows, steps, zero.shape[1]), dtype=zero.dtype)
        for t, layer in enumerate(self.layers):
            h, c = layer.forward(xs[:, t, :], h, c)
            hs[:, t, :] = h
        self.h, self.c = h, c
        return hs

    def backward(self, dhs):
        for grad in self.grads:
            grad.fill(0)
        dh = np.zeros_like(dhs[:, 0])
        dc = np.zeros_like(dh)
        dxs = []
        for t, layer in reversed(list(enumerate(self.layers))):
            dx, dh, dc = layer.backward(dh + dhs[:, t, :], dc)
            dxs.append(dx)
            for grad, part in zip(self.grads, layer.grads):
                np.add(grad, part, out=grad)
        self.dh = dh
        return np.stack(dxs[::-1], axis=1)

    def set_state(self, h, c=None):
        if not self.stateful:
            return
        self.h = h.copy()
        self.c = h * 0 if c is None else c.copy()

    def reset_state(self):
        self.h, self.c = None, None
