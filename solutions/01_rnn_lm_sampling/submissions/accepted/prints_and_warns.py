"""keeps all: prints as it goes and writes warnings to stderr"""

import sys
import warnings

print("softmax is being defined")


def softmax(scores):
    print("softmax of", scores.shape, "between", scores.min(), "and", scores.max())
    warnings.warn("softmax was called", stacklevel=2)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    print("a row sums to", (e / e.sum(axis=-1, keepdims=True)).sum(axis=-1), file=sys.stderr)
    return e / e.sum(axis=-1, keepdims=True)


warnings.warn("this cell was run", stacklevel=1)
print("DEBUG: warnings stay on", file=sys.stderr)


class LSTM:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.cache = None

    def forward(self, x, h_prev, c_prev):
        Wx, Wh, b = self.params
        print("forward", x.shape, h_prev.shape, c_prev.shape, file=sys.stderr)
        H = len(Wh)
        z = x @ Wx + h_prev @ Wh + b
        forget = sigmoid(z[:, 0 * H : 1 * H])
        cand = np.tanh(z[:, 1 * H : 2 * H])
        inp = sigmoid(z[:, 2 * H : 3 * H])
        out = sigmoid(z[:, 3 * H : 4 * H])
        c_next = forget * c_prev + inp * cand
        t = np.tanh(c_next)
        h_next = out * t
        self.cache = (x, h_prev, c_prev, forget, cand, inp, out, t)
        return h_next, c_next

    def backward(self, dh_next, dc_next):
        Wx, Wh, b = self.params
        x, h_prev, c_prev, forget, cand, inp, out, t = self.cache
        H = len(Wh)
        d_out = dh_next * t
        d_c = dc_next + dh_next * out * (1 - t * t)
        d_forget = d_c * c_prev
        d_inp = d_c * cand
        d_cand = d_c * inp
        dz = np.zeros((len(x), 4 * H), dtype=Wx.dtype)
        dz[:, 0 * H : 1 * H] = d_forget * forget * (1 - forget)
        dz[:, 1 * H : 2 * H] = d_cand * (1 - cand * cand)
        dz[:, 2 * H : 3 * H] = d_inp * inp * (1 - inp)
        dz[:, 3 * H : 4 * H] = d_out * out * (1 - out)
        self.grads[0][...] = x.T @ dz
        self.grads[1][...] = h_prev.T @ dz
        self.grads[2][...] = dz.sum(axis=0)
        dc_prev = d_c * forget
        return dz @ Wx.T, dz @ Wh.T, dc_prev


def perplexity(model, corpus, batch_size, time_size):
    n = len(corpus) - 1
    columns = (n + batch_size - 1) // batch_size
    xs = np.zeros(batch_size * columns, dtype=int)
    ts = -np.ones(batch_size * columns, dtype=int)
    xs[:n] = corpus[:-1]
    ts[:n] = corpus[1:]
    xs = xs.reshape(batch_size, columns)
    ts = ts.reshape(batch_size, columns)
    has_flag = hasattr(model, "train_flag")
    if has_flag:
        old_flag = model.train_flag
        model.train_flag = False
    model.reset_state()
    total = 0
    try:
        for start in range(0, columns, time_size):
            x = xs[:, start : start + time_size]
            t = ts[:, start : start + time_size]
            print(f"{start} of {columns}", end="\r")
            total += model.forward(x, t) * np.sum(t != -1)
    finally:
        model.reset_state()
        if has_flag:
            model.train_flag = old_flag
    return float(np.exp(total / n))
