# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Sampling text from a recurrent language model
#
# A language model gives a distribution over the next word. Draw, feed back, draw again: that writes text.
#
# Written for Python 3.11 and newer; it is graded with 3.11 or 3.12, where syntax of a later version does not run.
#
# | symbol | meaning | shape | name in code |
# | --- | --- | --- | --- |
# | `N`, `T` | batch, time steps | | |
# | `D`, `H` | word-vector size, hidden size | | `wordvec_size`, `hidden_size` |
# | `V` | vocabulary size | | `vocab_size` |
# | `x` | ids or vectors of a text | `(N, T)` or `(N, T, D)` | `xs` |
# | `t` | labels: the next words | `(N, T)` | `ts` |
# | `h`, `c` | hidden and cell state | `(N, H)` | `h`, `c` |
# | `h` over time | hidden states | `(N, T, H)` | `hs` |
# | `Wx`, `Wh`, `b` | weights of an LSTM | `(D, 4H)`, `(H, 4H)`, `(4H,)` | `params` |
# | `s` | scores | `(N, T, V)` | `scores` |
# | `p` | probabilities of the next word | `(V,)` | `p` |

# %% [markdown]
# ## The rules of this sheet
#
# - NumPy only. Loops over time are fine; loops over the batch or the vocabulary are not needed anywhere.
# - Names and shapes are as the docstrings say; the batch comes first.
# - `forward` leaves its inputs as they are, `backward` its upstream gradient too.
# - `backward` **overwrites** the arrays in `grads` in place, `grad[...] = value`: it puts no new arrays into the list, and adds nothing to the last call's.
# - A layer keeps the dtype of its parameters.
# - Write where a cell raises `NotImplementedError`, in place of that line. At first every check fails: that is right.
# - The checks you see are small; the hidden ones ask the same of other sizes.

# %% nbgrader={"grade": false, "grade_id": "imports", "locked": true, "schema_version": 3, "solution": false, "task": false}
import matplotlib.pyplot as plt
import numpy as np
from given import (
    Adam, TimeAffine, TimeDropout, TimeEmbedding, TimeSoftmaxWithLoss, ToyGrammar, draw_lstm_cell, draw_unrolled,
    fit_language_model, load_python_docs, numerical_gradient, plot_agreement, plot_curves, plot_distributions,
    plot_heatmaps, show, sigmoid,
)  # fmt: skip

# %% [markdown]
# ## Where this goes
#
# At every step the model reads one word and scores all words that may come next. The row of LSTM boxes is one and the same layer, used again at each step; what it hands to the right is all that it remembers.

# %%
draw_unrolled(
    ["the", "owl", "by", "the", "pond"],
    ["owl ?", "by ?", "the ?", "pond ?", "hoots ?"],
    [("embedding", "layer", False), ("LSTM", "gate", True), ("affine", "layer", False), ("softmax", "layer", False)],
    "A language model, unrolled over five words",
)

# %% [markdown]
# We build it from the top box down to the sampler: `softmax`, one step of an LSTM, an LSTM over time, the model, a measure of how good it is, and then the writing of text.
#
# ### softmax — scores become probabilities
#
# Exponentiate the scores and divide by their sum, so that each row becomes positive and sums to 1.
#
# **What shape?** `scores` is `(2, 3, 5)`. What are the shapes of the row maxima with and without `keepdims=True`, and which of them can be subtracted from `scores`?
#
# <details><summary>Answer</summary>
#
# `(2, 3, 1)` and `(2, 3)`. Only the first lines up with the last axis; `(2, 3)` would be read as `(1, 2, 3)`.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `exp(10000)` is too large for any float. Which number could you add to all scores of a row without changing the result?
#
# </details>
# <details><summary>Hint 2</summary>
#
# exp(s + a) = exp(s) exp(a), and the second factor cancels in the fraction. Look at `max` with `keepdims`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: maxima `(..., 1)`; shifted scores `(..., V)`, none above 0; exponentials `(..., V)`; sums `(..., 1)`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "softmax", "locked": false, "schema_version": 3, "solution": true, "task": false}
def softmax(scores):
    """Exponentiate the scores and divide by their sum, along the last axis.

    scores   float, any shape (..., V), with V >= 1; may hold numbers of any size, and -inf as long as
             each row also holds a finite number
    returns  the same shape and dtype; every row sums to 1; -inf becomes exactly 0
    No warning, no overflow, and `scores` is left as it is.
    """
    # softmax: about 3 lines
    ### BEGIN SOLUTION
    exponentials = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "softmax_check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
p = softmax(np.log([[1.0, 2.0, 1.0], [6.0, 3.0, 1.0]]))  # exp undoes log: the rows are 1, 2, 1 of 4 and 6, 3, 1 of 10
assert np.allclose(p, [[0.25, 0.5, 0.25], [0.6, 0.3, 0.1]]), p
assert np.allclose(softmax(np.array([1e4, 1e4, -1e4])), [0.5, 0.5, 0.0]), "large scores"
assert np.array_equal(softmax(np.array([-np.inf, 0.0])), [0.0, 1.0]), "-inf is probability 0"
assert softmax(np.zeros((2, 3, 5), dtype=np.float32)).dtype == np.float32, "the dtype stays"

# %% [markdown]
# One line to try it: the same three scores, and then all of them ten larger.

# %%
scores = np.array([0.0, 1.0, 3.0])
plot_distributions({"scores 0, 1, 3": softmax(scores), "scores 10, 11, 13": softmax(scores + 10)}, ["a", "b", "c"])

# %% [markdown]
# Both pictures are the same: only differences between scores matter. A difference of 1 is a factor of e.
#
# ## One step of an LSTM
#
# An LSTM keeps two states. The cell state `c` is the memory; the hidden state `h` is what it shows of it. Four gates, computed from the new input and the old `h`, decide: **forget** f, what of `c` stays; **candidate** g and **input** i, what is added; **output** o, what is shown.

# %%
draw_lstm_cell()

# %% [markdown]
# The four gates come from one product: `A = x Wx + h_prev Wh + b`, shape `(N, 4H)`, whose columns are cut into four blocks of H in the order f, g, i, o. Then
#
# - f = sigmoid, g = **tanh**, i = sigmoid, o = sigmoid of their blocks,
# - c_next = f * c_prev + g * i,
# - h_next = o * tanh(c_next).
#
# `sigmoid` is handed out.

# %% [markdown]
# **What shape?** N = 2, D = 3, H = 5. What are the shapes of `Wx`, `Wh`, `A` and f?
#
# <details><summary>Answer</summary>
#
# `(3, 20)`, `(5, 20)`, `(2, 20)`, `(2, 5)`.
#
# </details>
#
# The next cell has two parts, each explained below it: do `forward` first, run its check, come back for `backward`.

# %% nbgrader={"grade": false, "grade_id": "LSTM", "locked": false, "schema_version": 3, "solution": true, "task": false}
class LSTM:
    """One step of an LSTM, for a batch.

    Wx (D, 4H), Wh (H, 4H), b (4H,): gates along the last axis in the order forget, candidate, input, output.
    params = [Wx, Wh, b]; grads has arrays of the same shapes. All results have the dtype of the parameters.
    """

    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.cache = None  # for what forward wants to tell backward

    def forward(self, x, h_prev, c_prev):
        """Let the gates decide what stays in the cell state, what joins it, and what is shown.

        x (N, D), h_prev (N, H), c_prev (N, H)
        returns (h_next, c_next), both (N, H)
        """
        # lstm_forward: about 8 lines
        ### BEGIN SOLUTION
        Wx, Wh, b = self.params
        f, g, i, o = np.split(x @ Wx + h_prev @ Wh + b, 4, axis=1)
        f, g, i, o = sigmoid(f), np.tanh(g), sigmoid(i), sigmoid(o)
        c_next = f * c_prev + g * i
        tanh_c = np.tanh(c_next)
        self.cache = x, h_prev, c_prev, f, g, i, o, tanh_c
        return o * tanh_c, c_next
        ### END SOLUTION

    def backward(self, dh_next, dc_next):
        """Send the gradients of both new states back through the last forward.

        dh_next (N, H): the gradient of h_next;  dc_next (N, H): that of c_next from everything but h_next
        returns (dx (N, D), dh_prev (N, H), dc_prev (N, H)); overwrites the three arrays of grads in place
        """
        # lstm_backward: about 12 lines
        ### BEGIN SOLUTION
        Wx, Wh, _ = self.params
        x, h_prev, c_prev, f, g, i, o, tanh_c = self.cache
        dc = dc_next + dh_next * o * (1 - tanh_c**2)
        df, dg, di, do = dc * c_prev, dc * i, dc * g, dh_next * tanh_c
        dA = np.hstack([df * f * (1 - f), dg * (1 - g**2), di * i * (1 - i), do * o * (1 - o)])
        dWx, dWh, db = self.grads
        dWx[...] = x.T @ dA
        dWh[...] = h_prev.T @ dA
        db[...] = dA.sum(axis=0)
        return dA @ Wx.T, dA @ Wh.T, dc * f
        ### END SOLUTION

# %% [markdown]
# ### lstm_forward — one step forward
#
# Compute all gates at once, cut, squash, and combine. Keep in `self.cache` whatever `backward` will need.
#
# <details><summary>Hint 1</summary>
#
# Which three things besides the weights enter the two formulas above, and which intermediate results will the chain rule ask for again?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.split(array, 4, axis=1)` cuts columns into four equal blocks; slices do as well.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: A `(N, 4H)`; f, g, i, o `(N, H)` each; c_next `(N, H)`; h_next `(N, H)`.
#
# </details>

# %% nbgrader={"grade": true, "grade_id": "lstm_forward", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
log3, zero = np.log(3), np.zeros((1, 1))  # sigmoid(log 3) = 3/4, tanh(log 3) = 4/5, sigmoid(0) = 1/2
gates = LSTM(np.zeros((1, 4)), np.zeros((1, 4)), np.array([log3, log3, 0.0, 0.0]))
h, c = gates.forward(zero, zero, np.array([[0.8]]))
assert np.allclose(c, 0.75 * 0.8 + 0.8 * 0.5), "c = f c + g i = 0.6 + 0.4"
assert np.allclose(h, 0.5 * np.tanh(1.0)), "h = o tanh(c)"
cell = LSTM(np.ones((3, 20), np.float32), np.ones((5, 20), np.float32), np.zeros(20, np.float32))
h, c = cell.forward(np.ones((2, 3), np.float32), np.zeros((2, 5), np.float32), np.zeros((2, 5), np.float32))
assert h.shape == c.shape == (2, 5), (h.shape, c.shape)
assert h.dtype == np.float32, "the dtype of the parameters"

# %% [markdown]
# What a forget gate does: start with `c = 1` and nothing to read. The same cell with three biases of the forget gate, 30 steps each.

# %%
memory = []
for bias in (0.0, 2.0, 4.0):
    cell = LSTM(np.zeros((1, 4)), np.zeros((1, 4)), np.array([bias, 0.0, 0.0, 0.0]))
    c, kept = np.ones((1, 1)), []
    for _ in range(30):
        _, c = cell.forward(np.zeros((1, 1)), np.zeros((1, 1)), c)
        kept.append(c.item())
    memory.append(kept)
plot_heatmaps({"c over time": np.array(memory)}, "time step", "forget bias", yticks=[0, 2, 4])

# %% [markdown]
# With bias 0 the gate is one half open and the memory is gone after a few steps; with bias 4 most of it is still there after 30. A trained model learns when to open and when to close.
#
# ### lstm_backward — the same step backwards
#
# Go through the formulas from the last to the first, and add up wherever a value was used twice.
#
# **What shape?** `c_next` is used in `h_next`, and it is also a result itself. What shape has each of its two gradients, and what becomes of them?
#
# <details><summary>Answer</summary>
#
# Both `(N, H)`; they are added: `dc_next`, and what comes back through tanh.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# For each of f, g, i, o: in which formula does it appear, and what is it multiplied by there? That factor times the gradient of the result is its gradient.
#
# </details>
# <details><summary>Hint 2</summary>
#
# If y = sigmoid(a), then dy/da = y (1 - y). If y = tanh(a), then dy/da = 1 - y². Blocks are joined again by `np.hstack`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: dc `(N, H)`; four gate gradients `(N, H)`; dA `(N, 4H)`; dWx `(D, 4H)`; dWh `(H, 4H)`; db `(4H,)`, summed over the batch; dx `(N, D)`.
#
# </details>

# %% nbgrader={"grade": true, "grade_id": "lstm_backward", "locked": true, "points": 11, "schema_version": 3, "solution": false, "task": false}
gates = LSTM(np.zeros((1, 4)), np.ones((1, 4)), np.array([log3, log3, 0.0, 0.0]))
gates.forward(zero, zero, np.array([[0.8]]))  # f = 3/4, g = 4/5, i = o = 1/2, as above
before = gates.grads[2]
dx, dh, dc = gates.backward(np.zeros((1, 1)), np.ones((1, 1)))
by_gate = [0.8 * 3 / 16, 0.5 * 9 / 25, 0.8 * 1 / 4, 0.0]  # c f(1-f), i (1-g²), g i(1-i), and o plays no part in c
assert np.allclose(gates.grads[2], by_gate), gates.grads[2]
assert np.allclose([dx, dh, dc], [[[0.0]], [[sum(by_gate)]], [[0.75]]]), "Wx is 0, Wh is 1, and f = 3/4"
gates.backward(np.zeros((1, 1)), np.ones((1, 1)))
assert np.allclose(gates.grads[2], by_gate), "a second call must overwrite, not add"
assert gates.grads[2] is before, "write into the array: grad[...] = value"

# %% [markdown]
# A check that always helps: move one number a little, and see how the loss moves. Each dot below is one entry of a gradient.

# %%
rng = np.random.default_rng(1)
cell = LSTM(rng.normal(size=(3, 20)), rng.normal(size=(5, 20)), rng.normal(size=20))
x, h0, c0, weight = (rng.normal(size=(2, size)) for size in (3, 5, 5, 5))
numerical = [numerical_gradient(lambda: np.sum(weight * cell.forward(x, h0, c0)[0]), param) for param in cell.params]
cell.forward(x, h0, c0)
cell.backward(weight, np.zeros((2, 5)))
pairs = {name: pair for name, *pair in zip(("Wx", "Wh", "b"), cell.grads, numerical, strict=True)}
plot_agreement(pairs, "gradients of one LSTM step")

# %% [markdown]
# All dots lie on the line if your backward is right. Dots of one colour off the line name the parameter to look at.
#
# ## An LSTM over time
#
# The same weights at every step; h and c go from step to step. This is done `T` times forwards and, for the gradient, `T` times backwards. The cell below has three tasks, explained beneath it.

# %%
draw_unrolled(
    ["xs[:, 0]", "xs[:, 1]", "xs[:, 2]", "xs[:, 3]"],
    ["hs[:, 0]", "hs[:, 1]", "hs[:, 2]", "hs[:, 3]"],
    [("LSTM\nWx, Wh, b", "gate", True)],
    "TimeLSTM: one set of weights, used at every step",
)

# %% nbgrader={"grade": false, "grade_id": "TimeLSTM", "locked": false, "schema_version": 3, "solution": true, "task": false}
class TimeLSTM:
    """An LSTM over all time steps of a batch.

    Wx (D, 4H), Wh (H, 4H), b (4H,): gates along the last axis in the order forget, candidate, input, output.
    stateful: whether the next forward starts from the state in which the last one ended.
    params = [Wx, Wh, b]; grads has arrays of the same shapes. All results have the dtype of the parameters.

    h, c (N, H): the state after the last step of the last forward, or as set; None at first and after a reset.
    dh (N, H): after backward, the gradient of the hidden state that the last forward started from.
    """

    def __init__(self, Wx, Wh, b, stateful=False):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.stateful = stateful
        self.h, self.c, self.dh = None, None, None
        self.cache = None  # for what forward wants to tell backward

    def forward(self, xs):
        """Read a batch of sequences step by step: xs (N, T, D) -> hs (N, T, H), all hidden states.

        Starts from zero, or, if stateful, from the state that is there. Leaves the last state in h and c.
        Raises ValueError if stateful and the state there is of another batch size than xs.
        """
        # time_lstm_forward: about 15 lines
        ### BEGIN SOLUTION
        Wx, Wh, b = self.params
        (N, T, _), H = xs.shape, len(Wh)
        keeps = self.stateful and self.h is not None
        if keeps and len(self.h) != N:
            raise ValueError(f"xs has batch size {N}, but the state is of batch size {len(self.h)}: reset_state()?")
        # Inside, time comes first and the batch last, so that each gate is one contiguous block of memory.
        hs, cs, tanh_cs = (np.zeros((T + 1, H, N), Wx.dtype) for _ in range(3))
        if keeps:
            hs[0], cs[0] = self.h.T, self.c.T
        # sigmoid(a) = tanh(a / 2) / 2 + 1 / 2, so that one tanh serves all four gates.
        half = np.repeat(np.array([0.5, 1.0, 0.5, 0.5], Wx.dtype), H)[:, None]
        gates = (Wx.T * half) @ xs.transpose(1, 2, 0) + b[:, None] * half
        Wh_half = Wh.T * half
        for t in range(T):
            A = gates[t]
            A += Wh_half @ hs[t]
            np.tanh(A, out=A)
            A *= half
            A += 1 - half
            f, g, i, o = A.reshape(4, H, N)
            cs[t + 1] = f * cs[t] + g * i
            tanh_cs[t + 1] = np.tanh(cs[t + 1])
            hs[t + 1] = o * tanh_cs[t + 1]
        self.h, self.c = hs[T].T.copy(), cs[T].T.copy()
        self.cache = xs, hs, cs, tanh_cs, gates
        return np.ascontiguousarray(hs[1:].transpose(2, 0, 1))
        ### END SOLUTION

    def backward(self, dhs):
        """Go back through all steps of the last forward: dhs (N, T, H) -> dxs (N, T, D).

        Overwrites grads in place with the sums over all steps. Leaves the gradient of the initial h in dh (N, H).
        Nothing flows in from behind the last step.
        """
        # time_lstm_backward: about 15 lines
        ### BEGIN SOLUTION
        Wx, Wh, _ = self.params
        xs, hs, cs, tanh_cs, gates = self.cache
        (N, T, D), H = xs.shape, len(Wh)
        dhs = np.ascontiguousarray(dhs.transpose(1, 2, 0))
        dA = np.empty_like(gates)
        dh = dc = np.zeros((H, N), Wx.dtype)
        for t in reversed(range(T)):
            f, g, i, o = gates[t].reshape(4, H, N)
            df, dg, di, do = dA[t].reshape(4, H, N)
            dh = dh + dhs[t]
            dc = dc + dh * o * (1 - tanh_cs[t + 1] ** 2)
            df[...] = dc * cs[t] * f * (1 - f)
            dg[...] = dc * i * (1 - g * g)
            di[...] = dc * g * i * (1 - i)
            do[...] = dh * tanh_cs[t + 1] * o * (1 - o)
            dc = dc * f
            dh = Wh @ dA[t]
        self.dh = dh.T.copy()
        # The sums over time and batch, each as one product.
        dA = dA.transpose(1, 0, 2).reshape(4 * H, T * N)
        dWx, dWh, db = self.grads
        dWx[...] = (dA @ xs.transpose(1, 0, 2).reshape(T * N, D)).T
        dWh[...] = (dA @ hs[:T].transpose(0, 2, 1).reshape(T * N, H)).T
        db[...] = dA.sum(axis=1)
        return np.ascontiguousarray((Wx @ dA).reshape(D, T, N).transpose(2, 1, 0))
        ### END SOLUTION

    def set_state(self, h, c=None):
        """On a stateful layer, let the next forward start from h (N, H) and c (N, H); without c, from c = 0.

        On a stateless layer this has no effect. The layer keeps copies.
        """
        # time_lstm_state: about 4 lines
        ### BEGIN SOLUTION
        if not self.stateful:
            return
        dtype = self.params[0].dtype
        self.h = np.array(h, dtype)
        self.c = np.zeros_like(self.h) if c is None else np.array(c, dtype)
        ### END SOLUTION

    def reset_state(self):
        """Forget the state: the next forward starts from zero, with any batch size."""
        # time_lstm_state: about 1 line
        ### BEGIN SOLUTION
        self.h, self.c = None, None
        ### END SOLUTION

# %% [markdown]
# ### time_lstm_forward — step after step
#
# Carry h and c from step to step, and collect every h.
#
# **What shape?** xs is `(2, 7, 3)` and H = 5. What are the shapes of `xs[:, 0]`, of `hs`, and of `h` afterwards?
#
# <details><summary>Answer</summary>
#
# `(2, 3)`, `(2, 7, 5)`, `(2, 5)`.
#
# </details>
# <details><summary>Hint 1</summary>
#
# How many `LSTM` objects must remember something until `backward` comes: one, or one per step?
#
# </details>
# <details><summary>Hint 2</summary>
#
# One `LSTM` per step, all made from the same three arrays. `np.stack` joins a list of arrays along a new axis.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: h, c `(N, H)` at each step; a list of T arrays `(N, H)`; hs `(N, T, H)`.
#
# </details>

# %% nbgrader={"grade": true, "grade_id": "time_lstm_forward", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
steps = np.array([[[1.0], [0.0], [0.0]]])  # one sequence, three steps; only the candidate looks at the input
layer = TimeLSTM(np.array([[0.0, log3, 0.0, 0.0]]), np.zeros((1, 4)), np.zeros(4))
hs = layer.forward(steps)
cs = np.array([0.4, 0.2, 0.1])  # c = g i = 4/5 * 1/2, then half of it forgotten at each step
assert hs.shape == (1, 3, 1), hs.shape
assert np.allclose(hs[0, :, 0], 0.5 * np.tanh(cs)), hs
assert np.allclose([layer.h, layer.c], [hs[:, -1], [[0.1]]]), "the last state is kept"
assert np.allclose(layer.forward(steps), hs), "stateless: every forward starts from zero"

# %% [markdown]
# What a random LSTM makes of one impulse: the input is 1 at step 3 and 0 everywhere else.

# %%
rng = np.random.default_rng(2)
layer = TimeLSTM(*(rng.normal(size=shape) for shape in ((1, 32), (8, 32))), np.zeros(32))
impulse = np.zeros((1, 20, 1))
impulse[0, 3] = 1
plot_heatmaps({"hidden state over time, one impulse at step 3": layer.forward(impulse)[0].T}, "time step", "unit")

# %% [markdown]
# Nothing at all before step 3: the future does not reach the past. After it the impulse echoes from unit to unit, although nothing more is read.
#
# ### time_lstm_backward — and back through time
#
# Go through the steps from the last to the first; h of a step gets gradient from above **and** from the step after it.
#
# **What shape?** Each step gives a `dWx` of `(D, 4H)`. What shape is the gradient for the whole sequence?
#
# <details><summary>Answer</summary>
#
# `(D, 4H)` again. The same weights were used T times, so the T gradients are summed.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# At the last step, what comes from the step after it? And what is left over, once step 0 is done?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `reversed(range(T))`. Each step's `backward` overwrites its own grads, so sums have to be kept elsewhere, and written with `[...]`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: dh, dc `(N, H)`, at first zero; `dhs[:, t]` `(N, H)`; dx `(N, D)`; dxs `(N, T, D)`; what remains of dh is `self.dh`.
#
# </details>

# %% nbgrader={"grade": true, "grade_id": "time_lstm_backward", "locked": true, "points": 11, "schema_version": 3, "solution": false, "task": false}
layer = TimeLSTM(np.array([[0.0, 1.0, 0.0, 0.0]]), np.zeros((1, 4)), np.zeros(4))
layer.forward(np.zeros((1, 3, 1)))  # g = c = h = 0 and f = i = o = 1/2 at all steps
kept = layer.grads[0]
dxs = layer.backward(np.array([[[0.0], [0.0], [1.0]]]))  # the loss is h of the last step
assert np.allclose(dxs[0, :, 0], [1 / 16, 1 / 8, 1 / 4]), dxs  # o i = 1/4, and one more f = 1/2 per step back
assert np.allclose(layer.grads[2], [0, 7 / 16, 0, 0]), "the bias is used at every step: the sum"
layer.backward(np.array([[[0.0], [0.0], [1.0]]]))
assert np.allclose(layer.grads[2], [0, 7 / 16, 0, 0]), "a second call must overwrite, not add"
assert layer.grads[0] is kept, "write into the array: grad[...] = value"
assert np.array_equal(layer.dh, [[0.0]]), "Wh is zero, so h at the start plays no part"

# %% [markdown]
# How far back does a gradient reach? The loss looks at the last of 20 steps only; the bars are the size of the gradient at each input, for two biases of the forget gate.

# %%
reach = {}
for bias in (0.0, 3.0):
    rng = np.random.default_rng(3)
    Wx, Wh, b = rng.normal(size=(4, 32)), rng.normal(size=(8, 32)) / 4, np.zeros(32)
    b[:8] = bias  # the forget gate's block
    layer = TimeLSTM(Wx, Wh, b)
    dhs = np.zeros_like(layer.forward(rng.normal(size=(1, 20, 4))))
    dhs[:, -1] = 1
    reach[f"forget bias {bias:.0f}"] = np.linalg.norm(layer.backward(dhs)[0], axis=1)
plot_distributions(reach, ["" if t % 5 else str(t) for t in range(20)], "gradient norm at each input", columns=2)

# %% [markdown]
# A half-open forget gate halves the gradient at every step back; an open one lets it through. That is why an LSTM can learn from words far back, where a plain recurrent layer cannot.
#
# ### time_lstm_state — a memory that outlives one call
#
# A long text is read in pieces. A **stateful** layer starts each piece where the last one ended; a **stateless** one starts from zero each time.
#
# <details><summary>Hint 1</summary>
#
# What does `forward` look at when it begins, and what must be there after `reset_state`?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `array.copy()`, so that nobody outside changes your state. `None` can stand for "no state".
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: h and c `(N, H)`, both or neither.
#
# </details>

# %% nbgrader={"grade": true, "grade_id": "time_lstm_state", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
layer = TimeLSTM(np.array([[0.0, log3, 0.0, 0.0]]), np.zeros((1, 4)), np.zeros(4), stateful=True)
pieces = [layer.forward(steps[:, :1]), layer.forward(steps[:, 1:])]
assert np.allclose(np.concatenate(pieces, axis=1)[0, :, 0], 0.5 * np.tanh(cs)), "two pieces are as good as one"
layer.reset_state()
assert np.allclose(layer.forward(steps), hs), "after a reset it starts from zero"
layer.set_state(np.zeros((1, 1)), np.array([[4.0]]))
assert np.allclose(layer.forward(steps[:, 1:2]), 0.5 * np.tanh(2.0)), "half of c = 4 is left after one step"
layer.set_state(np.zeros((1, 1)))
assert np.allclose(layer.forward(steps), hs), "without c, c is zero"

# %% [markdown]
# A batch of another size cannot go on from a state of this size. Try what your layer says:

# %%
try:
    layer.forward(np.zeros((2, 3, 1)))
except ValueError as error:
    print(error)

# %% [markdown]
# ## A language model
#
# Ids in, scores of the next word out: look up the word vectors, read them with a stateful LSTM, and map each hidden state to `V` scores. The layers besides the LSTM are handed out.
#
# ### rnnlm — put the layers together
#
# **What shape?** xs is `(2, 7)`, D = 3, H = 5, V = 11. What comes out of each of the three layers, and what are the five weight matrices and biases?
#
# <details><summary>Answer</summary>
#
# `(2, 7, 3)`, `(2, 7, 5)`, `(2, 7, 11)`. Weights: `(11, 3)`; `(3, 20)`, `(5, 20)`, `(20,)`; `(5, 11)`, `(11,)`: six in all.
#
# </details>

# %% [markdown]
# Initial weights: the embedding is drawn from N(0, 1) and divided by 100; the other matrices from N(0, 1) divided by the root of their number of rows, the fan in; biases are zero. All are float32.
#
# <details><summary>Hint 1</summary>
#
# Which layer's `backward` comes first, and what does it need? What does `predict` share with `forward`?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `rng.standard_normal((rows, columns))`, `np.sqrt(rows)`, `.astype(np.float32)`. Adding two lists joins them, and the arrays in them stay the same arrays.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Back: dscores `(N, T, V)`; dhs `(N, T, H)`; dxs `(N, T, D)`; the embedding has nothing further to pass on.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "Rnnlm", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Rnnlm:
    """A language model: embedding, a stateful LSTM, affine map to the scores of the next word.

    Rnnlm(vocab_size, wordvec_size, hidden_size, rng=None), rng a numpy.random.Generator (the same seed gives the
    same weights; without one they differ from run to run).

    params, grads: six arrays each, from input to output: embedding W (V, D); Wx (D, 4H), Wh (H, 4H), b (4H,);
    affine W (H, V), b (V,). All float32; embedding N(0, 1)/100, matrices N(0, 1)/sqrt(rows), biases zero.
    embed, lstm, affine: the layers.
    """

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        # rnnlm: about 13 lines
        ### BEGIN SOLUTION
        V, D, H = vocab_size, wordvec_size, hidden_size
        rng = np.random.default_rng() if rng is None else rng

        def draw(rows, columns, scale):
            return (rng.standard_normal((rows, columns)) * scale).astype(np.float32)

        self.embed = TimeEmbedding(draw(V, D, 0.01))
        Wx, Wh = draw(D, 4 * H, D**-0.5), draw(H, 4 * H, H**-0.5)
        self.lstm = TimeLSTM(Wx, Wh, np.zeros(4 * H, np.float32), stateful=True)
        self.affine = TimeAffine(draw(H, V, H**-0.5), np.zeros(V, np.float32))
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = self.embed.params + self.lstm.params + self.affine.params
        self.grads = self.embed.grads + self.lstm.grads + self.affine.grads
        ### END SOLUTION

    def predict(self, xs):
        """Ids (N, T) int -> scores of the next word (N, T, V). The state goes on from the last call."""
        # rnnlm: about 1 line
        ### BEGIN SOLUTION
        return self.affine.forward(self.lstm.forward(self.embed.forward(xs)))
        ### END SOLUTION

    def forward(self, xs, ts):
        """The mean cross-entropy, in nats per counted token, of the labels ts (N, T); a label -1 is not counted."""
        # rnnlm: about 1 line
        ### BEGIN SOLUTION
        return self.loss_layer.forward(self.predict(xs), ts)
        ### END SOLUTION

    def backward(self, dout=1):
        """Overwrite all grads with dout times the gradients of the loss of the last forward."""
        # rnnlm: about 3 lines
        ### BEGIN SOLUTION
        dhs = self.affine.backward(self.loss_layer.backward(dout))
        self.embed.backward(self.lstm.backward(dhs))
        ### END SOLUTION

    def reset_state(self):
        """Forget what was read: the next call starts from a zero state."""
        # rnnlm: about 1 line
        ### BEGIN SOLUTION
        self.lstm.reset_state()
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "rnnlm", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
model = Rnnlm(3, 2, 5, np.random.default_rng(0))
assert [p.shape for p in model.params] == [(3, 2), (2, 20), (5, 20), (20,), (5, 3), (3,)]
assert all(p.dtype == np.float32 for p in model.params), "float32"
assert not any(p.any() for p in (model.params[3], model.params[5])), "biases start at zero"
again = Rnnlm(3, 2, 5, np.random.default_rng(0))
assert all(np.array_equal(p, q) for p, q in zip(model.params, again.params, strict=True)), "same seed, same weights"
for param in model.params:
    param[...] = 0
xs, ts = np.array([[0, 1]]), np.array([[1, 2]])
assert model.predict(xs).shape == (1, 2, 3)
assert np.isclose(model.forward(xs, ts), np.log(3)), "all three words are as likely"
model.backward()
assert np.allclose(model.grads[5], [2 / 6, -1 / 6, -1 / 6]), "1/3 each, less 1 at the label, mean of two steps"

# %% [markdown]
# A fresh model of 1000 words knows nothing. What loss do you expect? Think of a number before you run the cell.

# %%
fresh = Rnnlm(1000, 16, 16, np.random.default_rng(4))
words = np.random.default_rng(5).integers(1000, size=(4, 50))
print(f"loss {fresh.forward(words[:, :-1], words[:, 1:]):.3f} nats, log(1000) = {np.log(1000):.3f}")

# %% [markdown]
# About log 1000: the word vectors are still tiny, so all scores are close to zero and all words about as likely.
#
# ## How good is a model?
#
# The loss is a mean surprise, -log p. Its exponential, the **perplexity**, can be read as a number of words: a model with perplexity 7 is as unsure as if it chose among 7 equally likely ones.
#
# ### perplexity — of a whole text
#
# Every word but the first is predicted exactly once, with the state carried along. To be quick, the text is cut into strips that are read side by side.

# %% [markdown]
# 11 words, `batch_size=3`, `time_size=2`. There are 10 positions to predict, so strips have ceil(10 / 3) = 4 columns:
#
# | | columns 0, 1 | columns 2, 3 |
# | --- | --- | --- |
# | strip 0 reads | 0 1 | 2 3 |
# | strip 1 reads | 4 5 | 6 7 |
# | strip 2 reads | 8 9 | – – |
#
# The labels are the words one further on; at a dash the label is -1 and any valid id may be read. The first call counts 6 positions, the second 4.

# %% [markdown]
# **What shape?** Words 0 to 5, two strips, `time_size=2`: which arrays does the model get?
#
# <details><summary>Answer</summary>
#
# 5 positions, strips of 3: first `(2, 2)`, then `(2, 1)` with one label of -1.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The model's loss is a mean over the labels that count. How many count in each call, and how do you get from means of unequal groups to the mean of all?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.full(size, -1)`, filled in front, `reshape(batch_size, -1)`. `-(-a // b)` rounds up. `try ... finally` runs its end in any case. `hasattr` finds out whether a model has a `train_flag`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: labels `(batch_size * length,)`, then `(batch_size, length)`; a call gets `(batch_size, time_size)`, the last one maybe fewer columns.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "perplexity", "locked": false, "schema_version": 3, "solution": true, "task": false}
def perplexity(model, corpus, batch_size, time_size):
    """The exponential of the mean loss over all words of the text but the first, each counted once.

    The text is cut into batch_size contiguous strips of ceil((L - 1) / batch_size) positions; what lacks at the end
    gets the label -1. The strips are read in step, time_size columns a call, with the state carried along.

    model    has forward(xs, ts) -> mean loss of the labels that are not -1, and reset_state(); if it has a
             train_flag, that is False meanwhile and afterwards what it was, even if forward raises
    corpus   (L,) int, L >= 2
    returns  float. The model's state is reset before and after.
    """
    # perplexity: about 20 lines
    ### BEGIN SOLUTION
    count = len(corpus) - 1
    length = -(-count // batch_size)
    xs, ts = np.zeros(batch_size * length, int), np.full(batch_size * length, -1)
    xs[:count], ts[:count] = corpus[:-1], corpus[1:]
    xs, ts = xs.reshape(batch_size, length), ts.reshape(batch_size, length)
    train_flag = getattr(model, "train_flag", None)
    model.reset_state()
    try:
        if train_flag is not None:
            model.train_flag = False
        total = 0.0
        for start in range(0, length, time_size):
            now = slice(start, start + time_size)
            total += model.forward(xs[:, now], ts[:, now]) * np.count_nonzero(ts[:, now] >= 0)
    finally:
        if train_flag is not None:
            model.train_flag = train_flag
        model.reset_state()
    return float(np.exp(total / count))
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "perplexity_check", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
class Fake:  # a model whose loss at each call is written down beforehand
    def __init__(self, *losses):
        self.losses, self.calls, self.resets = list(losses), [], 0
    def forward(self, xs, ts):
        self.calls.append((xs.shape, ts.tolist()))
        return self.losses[len(self.calls) - 1]
    def reset_state(self):
        self.resets += 1
fake = Fake(1.0, 6.0)
measured = perplexity(fake, np.array([0, 1, 2, 3, 4, 5]), batch_size=2, time_size=2)
assert fake.calls == [((2, 2), [[1, 2], [4, 5]]), ((2, 1), [[3], [-1]])], fake.calls
assert np.isclose(measured, np.exp((4 * 1.0 + 1 * 6.0) / 5)), "four positions in the first call, one in the second"
assert fake.resets == 2, "reset before and after"
for param in model.params:
    param[...] = 0
assert np.isclose(perplexity(model, np.array([0, 2, 1, 1, 2]), 3, 2), 3.0), "no idea: as unsure as among all three"

# %% [markdown]
# Perplexity of a coin that falls on heads with probability p, for someone who knows p:

# %%
heads = np.linspace(0.001, 0.999, 200)
coin = np.exp(-heads * np.log(heads) - (1 - heads) * np.log(1 - heads))
figure, ax = plt.subplots(figsize=(5, 2.8), layout="constrained")
ax.plot(heads, coin)
ax.set(xlabel="p", ylabel="perplexity", title="between certain (1) and fair (2)")
show(figure, "Perplexity of a coin by p: 1 at both ends, where the side is certain, and 2 in the middle")

# %% [markdown]
# Even the best predictor has a perplexity above 1 where the language itself has a choice. Keep this in mind: it is the floor for every model.
#
# ## Writing text
#
# The next word is **drawn**, not picked: always taking the likeliest word soon goes round in circles. Four controls shape the distribution before the draw.

# %% [markdown]
# ### next_word_probabilities — the distribution to draw from
#
# In this order, and with the probabilities brought back to sum 1 after each of them:
#
# 1. **temperature**: divide the scores by it. Below 1 the likely words gain, above 1 the unlikely ones.
# 2. **skip_ids**: these words get probability 0.
# 3. **top_k**: only the k likeliest words stay (of equal ones, those with the lower ids).
# 4. **top_p**: only the smallest set of likeliest words whose mass is at least p stays.

# %% [markdown]
# By hand, for p = 0.1, 0.2, 0.3, 0.4 (what would *you* expect?):
#
# | control | result |
# | --- | --- |
# | temperature 1/2 | squares: 1, 4, 9, 16 of 30 |
# | skip word 3 | 1, 2, 3, 0 of 6 |
# | top_k = 2 | 0, 0, 3, 4 of 7 |
# | top_p = 0.6 | 0.4 is too little, 0.4 + 0.3 is enough: 0, 0, 3, 4 of 7 |
# | top_k = 2 and top_p = 0.5 | of 3/7 and 4/7, the second is enough: 0, 0, 0, 1 |

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Which score makes a probability exactly 0? How do you know the sum of the words *before* a word, in the order of their probability?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `-np.inf`; `np.argsort(-p, kind="stable")` puts the likeliest first and keeps equal ones in order; `np.cumsum`. Mind that 0.4 + 0.2 in floats may be a hair off: compare with a little room.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: scores, p, order, cumulative sums all `(V,)`; the number of words kept is one int, at least 1.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "next_word_probabilities", "locked": false, "schema_version": 3, "solution": true, "task": false}
def next_word_probabilities(scores, temperature=1.0, top_k=None, top_p=None, skip_ids=None):
    """The distribution that the next word is drawn from, after temperature, skipping, top_k and top_p, in this order.

    scores       (V,) float; -inf is a word that cannot come
    temperature  > 0, divides the scores
    top_k        int >= 1: only the k likeliest words keep a probability
    top_p        in (0, 1]: only the smallest set of likeliest words with a mass >= top_p (1 keeps all)
    skip_ids     ids that get probability 0, or None
    returns      p (V,), the dtype of scores; sums to 1 (as it does before each cut)
    raises       ValueError for temperature <= 0, top_k < 1, top_p outside (0, 1], or if no word is left
    """
    # next_word_probabilities: about 22 lines
    ### BEGIN SOLUTION
    if not temperature > 0:
        raise ValueError(f"temperature must be positive, got {temperature}")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k must be at least 1, got {top_k}")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p must be in (0, 1], got {top_p}")
    left = np.array(scores, np.float64)
    left[[] if skip_ids is None else list(skip_ids)] = -np.inf
    if not np.any(left > -np.inf):
        raise ValueError(f"skip_ids leaves no word of the {len(left)} that scores offers")
    p = softmax((left - left.max()) / temperature)
    order = np.argsort(-p, kind="stable")
    if top_k is not None:
        p[order[top_k:]] = 0
        p /= p.sum()
    if top_p is not None and top_p < 1:
        enough = np.cumsum(p[order]) >= top_p - 1e-12  # room for rounding
        p[order[np.argmax(enough) + 1 :]] = 0
        p /= p.sum()
    return p.astype(np.asarray(scores).dtype)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "next_word_probabilities_check", "locked": true, "points": 9, "schema_version": 3, "solution": false, "task": false}
scores = np.log([0.1, 0.2, 0.3, 0.4])
assert np.allclose(next_word_probabilities(scores), [0.1, 0.2, 0.3, 0.4])
assert np.allclose(next_word_probabilities(scores, temperature=0.5), np.array([1, 4, 9, 16]) / 30), "temperature"
assert np.allclose(next_word_probabilities(scores, skip_ids=[3]), np.array([1, 2, 3, 0]) / 6), "skip"
assert np.allclose(next_word_probabilities(scores, top_k=2), np.array([0, 0, 3, 4]) / 7), "top_k"
assert np.allclose(next_word_probabilities(scores, top_p=0.6), np.array([0, 0, 3, 4]) / 7), "top_p"
assert np.allclose(next_word_probabilities(scores, top_k=2, top_p=0.5), [0, 0, 0, 1]), "first top_k, then top_p"
assert np.allclose(next_word_probabilities(scores, skip_ids=[3], top_p=0.5), [0, 0, 1, 0]), "3/6 is enough"
for wrong in ({"temperature": 0}, {"top_k": 0}, {"top_p": 1.5}, {"skip_ids": [0, 1, 2, 3]}):
    try:
        next_word_probabilities(scores, **wrong)
    except ValueError:
        continue
    raise AssertionError(f"{wrong} must raise ValueError")

# %% [markdown]
# Eight words under eight settings; a red cross marks probability 0.

# %%
scores = np.log([0.30, 0.22, 0.16, 0.11, 0.08, 0.06, 0.04, 0.03])
settings = [
    {}, {"temperature": 0.5}, {"temperature": 1.5}, {"temperature": 5},
    {"skip_ids": [0]}, {"top_k": 3}, {"top_p": 0.8}, {"temperature": 0.5, "top_p": 0.8},
]  # fmt: skip
shown = {}
for controls in settings:
    name = ", ".join(f"{key} {value}" for key, value in controls.items()) or "as scored"
    shown[name] = next_word_probabilities(scores, **controls)
plot_distributions(shown, "abcdefgh")

# %% [markdown]
# A high temperature comes close to the uniform distribution, which lets nonsense through; top_k and top_p cut the tail and leave the rest in proportion. With a low temperature the same top_p keeps fewer words.
#
# ### generate — draw, feed back, draw again
#
# Feed one word, turn its scores into a distribution, draw the next word, and go on with that one.
#
# **What shape?** `predict` wants ids `(N, T)`. What is the shape of one word for it, and of what comes back?
#
# <details><summary>Answer</summary>
#
# `(1, 1)`, and `(1, 1, V)`.
#
# </details>

# %% [markdown]
# To get `sample_size` words, the first of which is given, how many does the model have to read?
#
# <details><summary>Hint 1</summary>
#
# Which word of the result is never fed back? What would happen to the *next* call of `generate` if it were, or if a rejected word had been read?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `rng.choice(len(p), p=p)` draws an id; it wants p in float64. `**controls` passes named arguments on.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: ids `(1, 1)`; scores `(1, 1, V)`; one row of them `(V,)`; p `(V,)`; one id, an int.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "RnnlmGen", "locked": false, "schema_version": 3, "solution": true, "task": false}
class RnnlmGen(Rnnlm):
    """A language model that writes."""

    def generate(self, start_id, skip_ids=None, sample_size=100, rng=None, **controls):
        """Draw each next word from next_word_probabilities of the scores, and feed it back.

        start_id     int, the first word of the result and the first one read
        skip_ids     ids that are never drawn, or None
        sample_size  int >= 1, the length of the result
        rng          a numpy.random.Generator that makes the draws; without one they differ from run to run
        controls     temperature, top_k, top_p, for next_word_probabilities
        returns      list of sample_size ints

        The state is not reset first: the text goes on from what was read before (in batches of one). The model
        reads exactly sample_size - 1 words: the last one drawn is not fed back.
        """
        # generate: about 7 lines
        ### BEGIN SOLUTION
        rng = np.random.default_rng() if rng is None else rng
        ids = [int(start_id)]
        while len(ids) < sample_size:
            scores = self.predict(np.array([ids[-1:]]))[0, 0]
            p = next_word_probabilities(scores.astype(np.float64), skip_ids=skip_ids, **controls)
            ids.append(int(rng.choice(len(p), p=p)))
        return ids
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "generate", "locked": true, "points": 9, "schema_version": 3, "solution": false, "task": false}
writer = RnnlmGen(5, 3, 4, np.random.default_rng(6))
for param in writer.params:
    param *= 10
ids = writer.generate(2, skip_ids=[0, 2], sample_size=30, rng=np.random.default_rng(7), temperature=3.0)
assert (len(ids), ids[0]) == (30, 2)
assert all(type(id) is int for id in ids), "plain ints"
assert set(ids[1:]) == {1, 3, 4}, "skipped words never follow; in 29 draws all others do"
after, _ = writer.predict(np.array([ids[-1:]])), writer.reset_state()
assert np.allclose(after, writer.predict(np.array([ids]))[:, -1:], atol=1e-5), "the last word was not fed back"
assert writer.generate(4, sample_size=1) == [4]

# %% [markdown]
# A model that has learnt nothing yet writes like this (the words are those of the toy language of the next section):

# %%
grammar = ToyGrammar()
untrained = RnnlmGen(grammar.vocab_size, 8, 8, np.random.default_rng(8))
print(grammar.text(untrained.generate(0, sample_size=20, rng=np.random.default_rng(9))))

# %% [markdown]
# ## A better model
#
# Three changes, none of which adds parameters worth mentioning: two LSTM layers, one upon the other; **dropout** before, between and after them, against learning the text by heart; and **tied weights**: the affine layer's matrix is the embedding, transposed. A word that reads like another then also scores like it.

# %%
draw_unrolled(
    ["the", "owl", "by"],
    ["owl ?", "by ?", "the ?"],
    [("embedding W", "layer", False), ("dropout", "drop", False), ("LSTM 1", "gate", True), ("dropout", "drop", False),
     ("LSTM 2", "gate", True), ("dropout", "drop", False), ("affine W.T, b", "layer", False)],
    "BetterRnnlm: two layers, dropout, one matrix W used twice",
)  # fmt: skip

# %% [markdown]
# ### better_rnnlm — two layers, dropout, tied weights
#
# **What shape?** W is `(V, D)`, hidden states are `(N, T, H)`. What must hold for `hs @ W.T`?
#
# <details><summary>Answer</summary>
#
# D = H. Else a `ValueError`.
#
# </details>
# <details><summary>Hint 1</summary>
#
# W is used in two places. What does that say of its gradient, and in which order do the two parts arrive?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `W.T` is a view: it changes with W. `TimeDropout` has a `train_flag` of its own. A loop over a list of layers does forward, `reversed` does backward.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Eight params: W `(V, D)`; two times `(D, 4H)`, `(H, 4H)`, `(4H,)`; b `(V,)`. The affine layer's own gradient is `(D, V)`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "BetterRnnlm", "locked": false, "schema_version": 3, "solution": true, "task": false}
class BetterRnnlm:
    """A language model of two LSTM layers, with dropout before, between and after them, and tied weights.

    BetterRnnlm(vocab_size, wordvec_size, hidden_size, dropout_ratio=0.5, rng=None); raises ValueError if wordvec_size
    and hidden_size differ. rng, a numpy.random.Generator, draws the weights and then the dropout masks.

    params, grads: eight arrays each, from input to output: embedding W (V, D), which is also the affine layer's
    matrix, transposed, and appears once, its gradient being the sum; Wx, Wh, b of both LSTMs; affine b (V,).
    Initial weights and dtype as in Rnnlm. train_flag: True at first; forward drops only while it is True.
    """

    def __init__(self, vocab_size, wordvec_size, hidden_size, dropout_ratio=0.5, rng=None):
        # better_rnnlm: about 20 lines
        ### BEGIN SOLUTION
        V, D, H = vocab_size, wordvec_size, hidden_size
        if D != H:
            raise ValueError(f"wordvec_size and hidden_size must be equal for tied weights, got {D} and {H}")
        rng = np.random.default_rng() if rng is None else rng

        def draw(rows, columns, scale):
            return (rng.standard_normal((rows, columns)) * scale).astype(np.float32)

        W = draw(V, D, 0.01)
        lstms = []
        for _ in range(2):
            Wx, Wh = draw(D, 4 * H, D**-0.5), draw(H, 4 * H, H**-0.5)
            lstms.append(TimeLSTM(Wx, Wh, np.zeros(4 * H, np.float32), stateful=True))
        self.embed, self.affine = TimeEmbedding(W), TimeAffine(W.T, np.zeros(V, np.float32))
        self.lstms, self.drops = lstms, [TimeDropout(dropout_ratio, rng) for _ in range(3)]
        (lstm1, lstm2), (drop1, drop2, drop3) = self.lstms, self.drops
        self.layers = [self.embed, drop1, lstm1, drop2, lstm2, drop3, self.affine]
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = self.embed.params + lstm1.params + lstm2.params + self.affine.params[1:]
        self.grads = self.embed.grads + lstm1.grads + lstm2.grads + self.affine.grads[1:]
        self.train_flag = True
        ### END SOLUTION

    def predict(self, xs):
        """Ids (N, T) int -> scores of the next word (N, T, V), never with dropout. The state goes on."""
        # better_rnnlm: about 5 lines
        ### BEGIN SOLUTION
        for drop in self.drops:
            drop.train_flag = False
        for layer in self.layers:
            xs = layer.forward(xs)
        return xs
        ### END SOLUTION

    def forward(self, xs, ts):
        """The mean cross-entropy of ts (N, T), in nats per counted token (-1 is not counted); dropout if train_flag."""
        # better_rnnlm: about 5 lines
        ### BEGIN SOLUTION
        for drop in self.drops:
            drop.train_flag = self.train_flag
        for layer in self.layers:
            xs = layer.forward(xs)
        return self.loss_layer.forward(xs, ts)
        ### END SOLUTION

    def backward(self, dout=1):
        """Overwrite all grads with dout times the gradients of the loss of the last forward."""
        # better_rnnlm: about 4 lines
        ### BEGIN SOLUTION
        dout = self.loss_layer.backward(dout)
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        self.grads[0][...] += self.affine.grads[0].T
        ### END SOLUTION

    def reset_state(self):
        """Forget what was read: the next call starts from a zero state in both layers."""
        # better_rnnlm: about 2 lines
        ### BEGIN SOLUTION
        for lstm in self.lstms:
            lstm.reset_state()
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "better_rnnlm", "locked": true, "points": 9, "schema_version": 3, "solution": false, "task": false}
better = BetterRnnlm(7, 5, 5, rng=np.random.default_rng(14))
lstm_shapes = [(5, 20), (5, 20), (20,)]
assert [p.shape for p in better.params] == [(7, 5), *lstm_shapes, *lstm_shapes, (7,)]
xs, ts = np.array([[0, 1, 2]]), np.array([[1, 2, 6]])
for param in better.params:
    param *= 20  # so that dropout can be seen
assert len({better.forward(xs, ts) for _ in range(9)}) > 1, "dropout is on at first: every loss is another"
assert better.train_flag is True
assert perplexity(better, [0, 1, 2, 6], 1, 3) == perplexity(better, [0, 1, 2, 6], 1, 3), "but never in perplexity"
better.train_flag = False
better.reset_state()
better.forward(xs, ts)
better.backward()
assert better.grads[0][5].any(), "word 5 was never read, but it was scored: both uses of W have a gradient"

# %% [markdown]
# Tied weights save the largest matrix. Count the numbers in both models for a real vocabulary:

# %%
for model_class, vocab_size in ((Rnnlm, 10_000), (BetterRnnlm, 10_000)):
    count = sum(param.size for param in model_class(vocab_size, 100, 100, rng=np.random.default_rng(15)).params)
    print(f"{model_class.__name__:12} {count:>10,} parameters")

# %% [markdown]
# ## A language with a known floor
#
# `ToyGrammar` makes sentences such as *yesterday the old owl by the pond hooted .* Two words decide what comes much later: the animal chooses the verb, the first word its tense. Adjectives and places in between may go on for any number of words.
#
# Per sentence a writer makes these choices, with so many nats of surprise:
#
# - tense log 2; animal log 4;
# - adjectives: 3/7 of them on average, places: 1 on average, adverb or not.
#
# Surprise per sentence divided by words per sentence is the **entropy rate**: no model can do better, however large.

# %%
def choice(*p):
    """The entropy of one choice, in nats."""
    return -sum(q * np.log(q) for q in p)


adjectives = (choice(0.2, 0.1, 0.7)) / 0.7  # made 1 / 0.7 times: until an animal comes
places = 2 * choice(0.5, 0.5) + 1 * np.log(3)  # "by" or the verb, twice on average; which place, once
per_sentence = np.log(2) + adjectives + np.log(4) + places + choice(0.2, 0.1, 0.7)
words_per_sentence = 2 + 0.3 / 0.7 + 1 + 3 * 1 + 1 + 0.3 + 1
print(f"by hand {per_sentence / words_per_sentence:.6f}, by the machine {grammar.entropy_rate():.6f} nats per word")
print(grammar.text(grammar.sample(40, np.random.default_rng(10))))

# %% [markdown]
# So the best possible perplexity is exp(0.746) = 2.11.
#
# ### rnnlm_training — reach the floor
#
# It trains your own pieces together: unlike elsewhere, a mistake in one of them may cost points here as well.
#
# There is nothing to write here: the cell below trains **your** `Rnnlm` with the handed-out `Adam` and `fit_language_model`, which reads the text in strips as `perplexity` does. It takes a few seconds (more if your layers loop a lot).
#
# A model that cannot remember the first word and the animal stays above the floor; a model that goes *below* it has seen the answers.

# %% nbgrader={"grade": false, "grade_id": "train_toy_rnnlm", "locked": true, "schema_version": 3, "solution": false, "task": false}
def train_toy_rnnlm(corpus, vocab_size, seed, curve=None):
    """An Rnnlm trained on the ids `corpus (L,)`: weights from `seed`, 20 epochs of 20 strips, 12 words at a time.

    curve    a list that gets the mean training loss of every epoch, or None
    returns  the trained model, its state reset
    """
    model = Rnnlm(vocab_size, 24, 48, np.random.default_rng(seed))
    optimizer = Adam(0.005)
    losses = fit_language_model(model, optimizer, corpus, 20, batch_size=20, time_size=12, max_grad=5.0, progress=False)
    if curve is not None:
        curve.extend(losses)
    return model

# %% nbgrader={"grade": true, "grade_id": "rnnlm_training", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
curve, floor = [], np.exp(grammar.entropy_rate())
trained = train_toy_rnnlm(grammar.sample(20_000, np.random.default_rng(11)), grammar.vocab_size, seed=12, curve=curve)
unseen = grammar.sample(5_000, np.random.default_rng(13))
reached, possible = perplexity(trained, unseen, 1, 100), np.exp(grammar.surprise(unseen)[1:].mean())
plot_curves({"training": np.exp(curve)}, "perplexity", {"floor": floor, "reached on unseen text": reached}, log=True)
print(f"unseen text: reached {reached:.3f}, possible {possible:.3f}, ratio {reached / possible:.3f}")
assert 0.99 < reached / possible < 1.1, "see the rnnlm, time_lstm and perplexity questions"

# %% [markdown]
# What does it remember? The hidden state while reading two sentences that differ in their first word only:

# %% tags=["skip-execution"]
texts = ["today the owl by the pond by the hill", "yesterday the owl by the pond by the hill"]
states = {}
for text in texts:
    trained.reset_state()
    ids = np.array([[grammar.words.index(word) for word in text.split()]])
    hs = trained.lstm.forward(trained.embed.forward(ids))
    p = softmax(trained.affine.forward(hs))[0, -1]
    print(f"{text} ... hoots {p[grammar.words.index('hoots')]:.3f}, hooted {p[grammar.words.index('hooted')]:.3f}")
    states[text.split()[0]] = hs[0].T
states["difference"] = states["today"] - states["yesterday"]
trained.reset_state()
plot_heatmaps(states, "", "unit", ["...", *texts[0].split()[1:]])

# %% [markdown]
# A few units keep their colour in the right-hand picture from the first word to the end: there the model carries the tense past the places, until the verb asks for it.

# %% [markdown]
# ## Experiment: a real text
#
# Every Python brings its own language reference along. `load_python_docs` cuts its prose into words and keeps every tenth paragraph for testing. All other words than the 1000 most frequent are `<unk>`.
#
# These cells take about a minute on one core. They are not run when your notebook is graded.

# %% tags=["skip-execution"]
train, test, words = load_python_docs(max_words=1000)
print(f"{len(train):,} words to learn from, {len(test):,} to test on; {(train == 0).mean():.1%} are <unk>")
print(" ".join(words[id] for id in train[:60]), "...")
count = np.bincount(train, minlength=len(words)) + 1
print(f"perplexity of the test text by word frequencies alone: {np.exp(-np.log(count / count.sum())[test].mean()):.0f}")

# %% [markdown]
# Both models are trained in the same way, with steps that get smaller, and measured on the unseen paragraphs after every epoch.

# %% tags=["skip-execution"]
models = {
    "Rnnlm": RnnlmGen(len(words), 100, 100, np.random.default_rng(16)),
    "BetterRnnlm": BetterRnnlm(len(words), 100, 100, 0.25, np.random.default_rng(17)),
}
curves = {f"{name}, {kind}": [] for name in models for kind in ("training", "unseen")}


def measure(model):
    curves[f"{name}, unseen"].append(perplexity(model, test, 20, 35))
    optimizer.lr *= 0.85


for name, model in models.items():
    optimizer = Adam(0.012)
    losses = fit_language_model(model, optimizer, train, 18, 10, 25, max_grad=1.0, after_epoch=measure)
    curves[f"{name}, training"] += list(np.exp(losses))
plot_curves(curves, "perplexity", log=True)
for name in models:
    print(f"{name}: best on unseen text {min(curves[f'{name}, unseen']):.1f}, last {curves[f'{name}, unseen'][-1]:.1f}")

# %% [markdown]
# `Rnnlm` gets better and better on the text that it trains on and, after a few epochs, *worse* on the other: it learns by heart. Dropout holds `BetterRnnlm` back in training, its two curves stay together, and it ends lower on unseen text, after a slow start (tied weights begin tiny).
#
# Do not read too much into it: with smaller steps and a stop in time, the small model does well on so short a text. Try `Adam(0.006)` and a factor of 0.8.
#
# Now let the first model write, at three temperatures.

# %% tags=["skip-execution"]
writer = models["Rnnlm"]
for temperature in (0.5, 1.0, 1.5):
    writer.reset_state()
    start, unknown = words.index("the"), words.index("<unk>")
    ids = writer.generate(start, [unknown], 50, np.random.default_rng(18), temperature=temperature)
    print(f"temperature {temperature}:\n{' '.join(words[id] for id in ids)}\n")

# %% [markdown]
# At 0.5 the text is fluent, partly because it was learnt by heart; at 1.5 words come that do not belong together. Here is why, at one place: the distribution of the word after *the value of the*.

# %% tags=["skip-execution"]
writer.reset_state()
scores = writer.predict(np.array([[words.index(word) for word in "the value of the".split()]]))[0, -1]
likely = np.argsort(-scores)[:12]
shown = {f"temperature {t}": next_word_probabilities(scores, t)[likely] for t in (0.5, 1.0, 1.5)}
shown["top_p 0.5"] = next_word_probabilities(scores, top_p=0.5)[likely]
plot_distributions(shown, [words[id] for id in likely])

# %% [markdown]
# ## What to take along
#
# - A language model is a distribution over the next word; sampling feeds its own words back.
# - An LSTM's cell state carries what must be remembered; its gradient comes back the same way.
# - Perplexity has a floor that belongs to the language, not to the model.
# - Temperature, top_k and top_p trade variety against sense.
#
# In the next assignment one such model reads a question and another writes the answer.
