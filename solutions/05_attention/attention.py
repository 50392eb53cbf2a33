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
# # Look back at every source step
#
# So far all that an encoder found out had to fit into one vector, however long the source was. Now we keep **all** of its hidden states, and let every step of the decoder choose which of them to look at. This is **attention**, and the choice can be seen: it draws a map of what belongs to what.
#
# Written for Python 3.11 and newer; it is graded with 3.11 or 3.12, where syntax of a later version does not run.
#
# | symbol | meaning | shape | name in code |
# | --- | --- | --- | --- |
# | `N` | batch | | |
# | `S`, `T` | steps of the source, of the target | | |
# | `D`, `H`, `V` | word-vector, hidden, vocabulary size | | `wordvec_size`, `hidden_size`, `vocab_size` |
# | `x`, `t` | ids of the source; of the target, led by the start id | `(N, S)`, `(N, T)` | `xs`, `ts` |
# | `hs` | the encoder's hidden states, one per source step | `(N, S, H)` | `hs`, `hs_enc`, `enc_hs` |
# | `h` | one hidden state of the decoder; all of them | `(N, H)`, `(N, T, H)` | `h`, `hs_dec` |
# | `e` | score: how well a source step fits `h` | `(N, S)` | `scores` |
# | `a` | attention weights, softmax of the scores | `(N, S)`, `(N, T, S)` | `a`, `attention_weight`, `attention_weights` |
# | `c` | context vector (not an LSTM's cell state): `hs`, each times its weight, summed | `(N, H)`, `(N, T, H)` | `c`, `contexts` |
# | `m` | mask: True where a source step is a real token | `(N, S)` bool | `mask` |
# | `A` | inner size of the additive score | | |
# | `d` ... | gradient of the loss with respect to ... | as that | `dhs`, `dh`, `da`, `dc` |

# %% [markdown]
# ## The rules of this sheet
#
# - NumPy only, and what is handed out: all that earlier assignments asked for, `softmax` included. A loop over time is needed in `generate` alone, a loop over the batch nowhere.
# - Names and shapes are as the docstrings say; the batch comes first.
# - `forward` leaves its inputs as they are, `backward` its upstream gradient too.
# - `backward` **overwrites** the arrays in `grads` in place; it adds nothing to the last call's.
# - Layers keep the dtype that they are given. Models are float32.
# - Write where a cell raises `NotImplementedError`, in place of that line. At first every check fails: that is right.
# - The checks you see are small; the hidden ones ask the same of other sizes.

# %% nbgrader={"grade": false, "grade_id": "imports", "locked": true, "schema_version": 3, "solution": false, "task": false}
import numpy as np
from given import (
    Adam, Encoder, PeekySeq2seq, Seq2seq, TimeAffine, TimeEmbedding, TimeLSTM, TimeSoftmaxWithLoss, Trainer,
    draw_attention_seq2seq, draw_attention_step, draw_paths_to_hs, draw_seq2seq, encode_texts, exact_match,
    learning_curve, load_date_languages, load_dates, mass_on_parts, numerical_gradient, plot_agreement, plot_attention,
    plot_by_place, plot_curves, plot_distributions, plot_heatmaps, reverse_inputs, softmax, toy_dates,
)  # fmt: skip

# %% [markdown]
# ## What the peeky decoder left undone
#
# In the last assignment every step of the decoder saw the encoder's answer h. Here it is again, reading `57+5` backwards:

# %%
draw_seq2seq(list("5+75"), list("_62 "), peeky=True, title="Peeky: every step sees h, and all see the same h")

# %% [markdown]
# All steps see the same H numbers, and there are no more of them for a long source than for a short one. Does that matter? The next cells measure it: words of 4 to 24 random letters, each `a` or `b`, read backwards, to be written again.
#
# One model learns all lengths together, from 4,000 words; then 1,000 others are counted by length. (There are only 16 words of 4 letters, so these it has seen. There are 16 million of 24.) Training takes a few seconds.

# %%
def random_words(count, rng):
    """`count` words of 4, 8, 12, 16, 20 or 24 letters a and b."""
    return ["".join(rng.choice(list("ab"), 4 * quarter)) for quarter in rng.integers(1, 7, size=count)]


def repeated_by_length(model_class, seed=2):
    """The share of unseen words that a trained model repeats without a mistake, for each of the six lengths."""
    words, char_to_id = random_words(5000, np.random.default_rng(1)), {" ": 0, "_": 1, "a": 2, "b": 3}
    xs, ts = reverse_inputs(encode_texts(words, char_to_id, 24)), encode_texts(["_" + w for w in words], char_to_id, 25)
    rng, optimizer = np.random.default_rng(seed), Adam()
    model = model_class(4, 16, 64, rng)
    for epoch in range(8):
        optimizer.lr = 0.007 * (1 - epoch / 8)
        Trainer(model, optimizer).fit(xs[:4000], ts[:4000], 1, 32, max_grad=5.0, rng=rng, progress=False)
    right = (model.generate(xs[4000:], 1, 24) == ts[4000:, 1:]).all(axis=1)
    lengths = np.array([len(word) for word in words[4000:]])
    return [float(right[lengths == length].mean()) for length in range(4, 25, 4)]

# %% tags=["skip-execution"]
by_length = {"peeky": repeated_by_length(PeekySeq2seq)}
plot_distributions(by_length, ["4", "8", "12", "16", "20", "24"], "unseen words repeated, by length")

# %% [markdown]
# Short words are no trouble, and the longer a word, the less of it comes back. Its letters all had to go through the same 64 numbers.
#
# More hidden units would push the limit further out, not remove it. But look at the picture once more: the encoder makes a hidden state at **every** step, and we throw all of them away but the last. Each was made just after one letter was read and knows that letter best. Keep them all, and the memory grows with the source.

# %% [markdown]
# ## A dictionary whose look-up is soft
#
# How is a step to use S vectors where it had one? By looking something up. In a dictionary, a **query** is compared with all **keys**, and where it is equal, that key's **value** is the answer. Written with arrays: weights that are 1 at one place and 0 elsewhere, times the values, summed.

# %%
keys, values = ["year", "month", "day"], np.array([[1994.0], [9.0], [27.0]])
weights = np.array([float(key == "month") for key in keys])
print(f"query 'month': weights {weights}, answer {weights @ values}")

# %% [markdown]
# A network cannot learn this: equal or not equal has no gradient. So make it soft. Let the weights be any numbers from 0 to 1 that add up to 1, larger where a key fits better; then the answer is a mixture of the values, and everything has a gradient.
#
# In attention the encoder's states hs are keys and values at once, and the decoder's state h is the query:

# %%
draw_attention_step()

# %% [markdown]
# This is how Bahdanau, Cho and Bengio (2015) let a translator look back at the sentence, with a small network as the score; Luong, Pham and Manning (2015) compared several scores, the plain dot product among them. We build the picture from its smallest piece, from right to left: sum, weights, both together; then all steps at once.
#
# ### weight_sum — add up the states, each times its weight
#
# $$c = \sum_{j=0}^{S-1} a_j \, hs_j$$
#
# **What shape?** hs is `(2, 7, 3)`, a `(2, 7)`. With which shape can a be multiplied by hs, and over which axis is the product summed?
#
# <details><summary>Answer</summary>
#
# `(2, 7, 1)`: one weight for all H numbers of a state. Summed over the source, axis 1, to `(2, 3)`.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# If one weight is 1 and the others are 0, what is c, and what is the gradient of each of the S states?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Backward: c is linear in hs and linear in a. The gradient of one factor is the upstream gradient times the other factor, summed over every axis that the factor does not have. `einsum` with letters `n`, `s`, `h` says all three products.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: dc `(N, H)`; dhs `(N, S, H)` from a `(N, S, 1)` and dc `(N, 1, H)`; da `(N, S)` from hs and dc, summed over H.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "WeightSum", "locked": false, "schema_version": 3, "solution": true, "task": false}
class WeightSum:
    """A weighted sum of hidden states over the source steps.

    params, grads: empty lists. Results have the dtype of the inputs.
    """

    def __init__(self):
        self.params, self.grads = [], []
        self.cache = None  # for what forward wants to tell backward

    def forward(self, hs, a):
        """Add up the hidden states, each times its weight: hs (N, S, H), a (N, S) -> context vector c (N, H)."""
        # weight_sum: about 2 lines
        ### BEGIN SOLUTION
        self.cache = hs, a
        return (a[:, None, :] @ hs)[:, 0]
        ### END SOLUTION

    def backward(self, dc):
        """The gradients of the last forward's inputs: dc (N, H) -> (dhs (N, S, H), da (N, S))."""
        # weight_sum: about 2 lines
        ### BEGIN SOLUTION
        hs, a = self.cache
        return a[:, :, None] * dc[:, None, :], (hs @ dc[:, :, None])[:, :, 0]
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "weight_sum", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
layer = WeightSum()
hs = np.array([[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[1.0, 0.0], [0.0, 1.0], [7.0, 7.0]]])
a, dc = np.array([[0.5, 0.25, 0.25], [0.0, 0.0, 1.0]]), np.array([[1.0, 10.0], [2.0, 0.0]])
kept = hs.copy(), a.copy(), dc.copy()
layer.forward(hs[:, ::-1], a)
layer.backward(dc)  # the next call must not remember this one
c = layer.forward(hs, a)
assert np.allclose(c, [[2.5, 3.5], [7, 7]]), c
dhs, da = layer.backward(dc)
assert np.allclose(dhs[0], [[0.5, 5], [0.25, 2.5], [0.25, 2.5]]), "each state gets dc times its weight"
assert np.allclose(dhs[1], [[0, 0], [0, 0], [2, 0]]), "no weight, no gradient; and rows stay apart"
assert np.allclose(da, [[21, 43, 65], [2, 0, 14]]), "each weight gets the dot product of dc and its state"
assert all(map(np.array_equal, (hs, a, dc), kept)), "what comes in stays as it is"
c = layer.forward(hs.astype(np.float32), a.astype(np.float32))
assert c.dtype == layer.backward(dc.astype(np.float32))[0].dtype == np.float32, "the dtype stays"

# %% [markdown]
# To see it: seven states of five numbers, and the c of three kinds of weights.

# %%
hs = np.random.default_rng(3).normal(size=(7, 5))
three = {"only state 1": np.eye(7)[1], "states 1 and 5": (np.eye(7)[1] + np.eye(7)[5]) / 2, "all": np.full(7, 1 / 7)}
contexts = WeightSum().forward(np.stack([hs] * 3), np.stack(list(three.values())))
plot_heatmaps({"hs": hs, "c": contexts}, "unit", "step")
print("rows of c: ", ", ".join(f"{i} {name}" for i, name in enumerate(three)))

# %% [markdown]
# The first row of c is state 1 itself: an ordinary look-up. The last row is a mean of all, and pale: what they have in common is little. (A mean of everything is what a decoder gets before it has learnt to choose.)
#
# ## Where to look
#
# Weights must be found from something. The simplest **score** of a source step is the dot product of its state with the decoder's: large where both point the same way. Softmax makes weights of the scores:
#
# $$e_j = hs_j \cdot h \qquad a_j = \frac{\exp e_j}{\sum_k \exp e_k}$$
#
# An example to work by hand, with S = 3 and H = 2:
#
# | j | hs | score for h = (log 2, 0) | exp | weight |
# | --- | --- | --- | --- | --- |
# | 0 | (0, 7) | 0 | 1 | 1/7 |
# | 1 | (1, 0) | log 2 | 2 | 2/7 |
# | 2 | (2, 14) | 2 log 2 | 4 | 4/7 |

# %% [markdown]
# **Padding.** Sources of one batch differ in length; the short ones are filled up. States at padding must not be looked at, or a row's answer would depend on how long its neighbours happen to be. A weight of 0 after the softmax is too late, as the others would not add up to 1 any more. So the **score** is changed, before the softmax: to minus infinity, whose exponential is 0. (Not to -10,000: a real score may be lower than that.)
#
# With the mask `[True, False, True]` the example's weights are 1/5, exactly 0, and 4/5. If a row has no real token at all, there is nothing to look at: an error.

# %% [markdown]
# ### attention_weight — scores by dot products, weights by softmax
#
# **What shape?** hs `(2, 7, 3)` times h, summed over H: what must h look like, for a product by broadcasting, and for a matrix product?
#
# <details><summary>Answer</summary>
#
# `(2, 1, 3)`, then a sum over the last axis; or `(2, 3, 1)`, and the product `(2, 7, 1)` loses its last axis.
#
# </details>

# %% [markdown]
# For `backward`: where a is the softmax of e, the gradient of the scores is
#
# $$de_j = a_j \left( da_j - \sum_k a_k \, da_k \right)$$
#
# that is, what a weight gains above the average of all, times the weight. What is exactly 0 gets nothing.
#
# <details><summary>Hint 1</summary>
#
# In which order: score, mask, softmax? Who looks after scores of 10,000?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.where(mask, scores, -np.inf)`. `mask.any(axis=1)` tells for each row whether there is a True. The scores are a product of hs and h, so their gradient goes to both, as in the weighted sum.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: scores, a, da, dscores `(N, S)`; the sum over k `(N, 1)`; dhs `(N, S, H)` from `(N, S, 1)` and `(N, 1, H)`; dh `(N, H)`, summed over S.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "AttentionWeight", "locked": false, "schema_version": 3, "solution": true, "task": false}
class AttentionWeight:
    """How much each source step matters to one decoder state: dot products, then softmax over the source.

    params, grads: empty lists. Results have the dtype of the inputs.
    """

    def __init__(self):
        self.params, self.grads = [], []
        self.cache = None  # for what forward wants to tell backward

    def forward(self, hs, h, mask=None):
        """hs (N, S, H), h (N, H), mask (N, S) bool or None -> weights a (N, S); every row sums to 1.

        mask: True for a real token; where it is False the weight is exactly 0. None: all are real.
        Scores as large as +-10000 do no harm. Raises ValueError for a row of mask that has no True.
        """
        # attention_weight: about 8 lines
        ### BEGIN SOLUTION
        scores = (hs @ h[:, :, None])[:, :, 0]
        if mask is not None:
            if not mask.any(axis=1).all():
                raise ValueError(f"mask must have a True in every row, row {np.argmin(mask.any(axis=1))} has none")
            scores = np.where(mask, scores, -np.inf).astype(scores.dtype)
        a = softmax(scores)
        self.cache = hs, h, a
        return a
        ### END SOLUTION

    def backward(self, da):
        """The gradients of the last forward's inputs: da (N, S) -> (dhs (N, S, H), dh (N, H))."""
        # attention_weight: about 3 lines
        ### BEGIN SOLUTION
        hs, h, a = self.cache
        dscores = a * (da - (a * da).sum(axis=1, keepdims=True))
        return dscores[:, :, None] * h[:, None, :], (dscores[:, None, :] @ hs)[:, 0]
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "attention_weight", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
hs, h = np.array([[[0.0, 7.0], [1.0, 0.0], [2.0, 14.0]]] * 2), np.array([[np.log(2), 0.0], [0.0, np.log(2) / 7]])
layer = AttentionWeight()
a = layer.forward(hs, h)
assert np.allclose(a, [[1 / 7, 2 / 7, 4 / 7], [2 / 7, 1 / 7, 4 / 7]]), a
dhs, dh = layer.backward(np.array([[7.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))  # so the mean by weight is 1, and 0
assert np.allclose(dhs[0], np.outer([6 / 7, -2 / 7, -4 / 7], h[0])), "dscores = a (da - 1), times h"
assert np.allclose(dh, [[-10 / 7, -2], [0, 0]]), "the same, times hs, summed over the source; and rows stay apart"
assert np.allclose(layer.forward(hs, [[1e4], [1]] * h), [[0, 0, 1], [2 / 7, 1 / 7, 4 / 7]]), "large scores do no harm"
mask = np.array([[True, False, True], [False, True, True]])
a = layer.forward(hs, h, mask)
assert a[0, 1] == a[1, 0] == 0, "exactly 0; and each row has its own mask"
assert np.allclose(a, [[1 / 5, 0, 4 / 5], [0, 1 / 5, 4 / 5]]), "mask the scores, before the softmax"
assert np.allclose(layer.forward(-hs, h, mask)[0], [4 / 5, 0, 1 / 5]), "scores below 0 are no padding"
assert np.allclose(layer.forward(hs, [[-1e5, 0], [0, 1]] * h, ~mask)[0], [0, 1, 0]), "nor are scores of -70,000"
assert not layer.backward(np.eye(3)[:2])[0][0, 1].any(), "no gradient at padding"
assert np.allclose(layer.forward(hs, h)[0], [1 / 7, 2 / 7, 4 / 7]), "without a mask all are real again"
assert layer.forward(hs.astype(np.float32), h.astype(np.float32), mask).dtype == np.float32, "the dtype stays"
refused = False
try:
    layer.forward(hs, h, np.array([[True, True, True], [False, False, False]]))
except ValueError:
    refused = True
assert refused, "a row of mask without a True must raise ValueError"

# %% [markdown]
# How sure is the look-up? That depends on how long h is. The example's h, times 0, 1, 3 and 10; and with the mask (a cross stands for exactly 0):

# %%
sure = {f"h times {k}": AttentionWeight().forward(hs, k * h)[0] for k in (0, 1, 3, 10)}
sure["h times 1, masked"] = AttentionWeight().forward(hs, h, mask)[0]
plot_distributions(sure, ["hs 0", "hs 1", "hs 2"], "attention weights", columns=5)

# %% [markdown]
# From "look at everything" to "look at this one", by the length of one vector: a trained decoder uses both.
#
# ### attention — weights, then the sum
#
# One look back at the source is the two layers, one after the other. hs goes into both.
#
# **What shape?** `backward` gets dc `(N, H)`. Which two gradients of shape `(N, S, H)` appear on the way, and what is to be done with them?
#
# <details><summary>Answer</summary>
#
# One from the weighted sum, where hs are the values, one from the weights, where they are the keys. They are added.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Follow the arrows that leave `hs` in the picture of one step. How many are there?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Make one layer of each kind in `__init__`, and let each remember its own inputs. `backward` runs through them in the opposite order.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: dc `(N, H)`; after the sum `(N, S, H)` and `(N, S)`; the latter, after the weights, `(N, S, H)` and `(N, H)`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "Attention", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Attention:
    """One decoder state looks at the source: weights, then the weighted sum.

    params, grads: empty lists. attention_weight: the weights (N, S) of the last forward, None before it.
    """

    def __init__(self):
        self.params, self.grads = [], []
        self.attention_weight = None
        # attention: about 1 line
        ### BEGIN SOLUTION
        self.weigh, self.add = AttentionWeight(), WeightSum()
        ### END SOLUTION

    def forward(self, hs, h, mask=None):
        """hs (N, S, H), h (N, H), mask (N, S) bool or None -> context vector c (N, H). ValueError as AttentionWeight."""
        # attention: about 2 lines
        ### BEGIN SOLUTION
        self.attention_weight = self.weigh.forward(hs, h, mask)
        return self.add.forward(hs, self.attention_weight)
        ### END SOLUTION

    def backward(self, dc):
        """The gradients of the last forward's inputs: dc (N, H) -> (dhs (N, S, H), dh (N, H))."""
        # attention: about 3 lines
        ### BEGIN SOLUTION
        dhs_by_sum, da = self.add.backward(dc)
        dhs_by_weights, dh = self.weigh.backward(da)
        return dhs_by_sum + dhs_by_weights, dh
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "attention", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
hs, h = np.array([[[0.0, 7.0], [1.0, 0.0], [2.0, 14.0]]]), np.array([[np.log(2), 0.0]])
look = Attention()
assert look.attention_weight is None, "nothing was looked at yet"
c = look.forward(hs, h)
assert np.allclose(c, [[10 / 7, 9]]), "1/7, 2/7 and 4/7 of the three states"
assert np.allclose(look.attention_weight, [[1 / 7, 2 / 7, 4 / 7]]), "kept, to be looked at"
dhs, dh = look.backward(np.array([[7.0, 0.0]]))  # da = 0, 7, 14; dscores = -10/7, -6/7, 16/7
assert np.allclose(dhs[0, :, 0], [1, 2, 4] + np.array([-10, -6, 16]) / 7 * np.log(2)), "as values, and as keys"
assert np.allclose(dhs[0, :, 1], 0), "neither dc nor h has anything there"
assert np.allclose(dh, [[26 / 7, 22]]), dh
assert np.allclose(look.attention_weight, [[1 / 7, 2 / 7, 4 / 7]]), "backward leaves them alone"
c = look.forward(hs, h, np.array([[True, False, True]]))
assert np.allclose(c, [[8 / 5, 7 / 5 + 56 / 5]]), "the mask is handed on"
assert np.allclose(look.attention_weight, [[1 / 5, 0, 4 / 5]]), "of the last forward"
assert np.allclose(look.forward(hs, h), [[10 / 7, 9]]), "a mask holds for one call"
assert look.forward(hs.astype(np.float32), h.astype(np.float32)).dtype == np.float32, "the dtype stays"

# %% [markdown]
# Both ways into hs, against numbers found by moving each number of hs a little:

# %%
def both_gradients(steps, rng):
    """The gradient of hs (2, steps, 5) by `backward`, and by moving each number a little."""
    hs, h, weight = rng.normal(size=(2, steps, 5)), rng.normal(size=(2, 5)), rng.normal(size=(2, 5))
    numerical = numerical_gradient(lambda: np.sum(weight * Attention().forward(hs, h)), hs)
    look = Attention()
    look.forward(hs, h)
    return look.backward(weight)[0], numerical


plot_agreement({f"S = {steps}": both_gradients(steps, np.random.default_rng(4)) for steps in (2, 7)}, "gradient of hs")

# %% [markdown]
# Attention knows no order. Shuffle the source steps, and the weights are shuffled alike, the context is the same:

# %%
rng = np.random.default_rng(5)
hs, h, order = rng.normal(size=(1, 4, 3)), rng.normal(size=(1, 3)), np.array([2, 0, 3, 1])
look = Attention()
for name, states in (("as it was", hs), (f"in order {order}", hs[:, order])):
    c = look.forward(states, h)
    print(f"{name:18} weights {look.attention_weight[0].round(3)}   c {c[0].round(3)}")

# %% [markdown]
# What a state has to say of its place must be in the state; here the LSTM takes care of that.
#
# ## All steps at once
#
# A decoder of T steps looks back T times, each time with another query and the same keys. While the target is given, all T queries are known together, so no loop is needed: one matrix product gives all T · S scores of a row.
#
# ### time_attention — every step has its own weights
#
# **What shape?** hs_dec `(2, 5, 3)`, hs_enc `(2, 7, 3)`. Which product gives the scores of all pairs of steps, and what is softmax taken over?
#
# <details><summary>Answer</summary>
#
# `(2, 5, 3) @ (2, 3, 7)` is `(2, 5, 7)`: T, then S. Softmax over the last axis, the source: each step of the target shares out its own attention.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Write down `Attention` for one step. Which of its arrays get a time axis, and which stay as they are? What happens to the gradient of those that all steps share?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `@` multiplies the last two axes, and treats the first as batch; `transpose(0, 2, 1)` exchanges the last two. Each of the three products with `@` has two gradients, each again a product with `@`. The mask is the same for all steps: it needs an axis of length 1.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: scores, weights and their gradients `(N, T, S)`; mask `(N, 1, S)`; contexts `(N, T, H)`. Both parts of dhs_enc are `(N, S, T) @ (N, T, H)`, which is where the sum over the steps happens.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "TimeAttention", "locked": false, "schema_version": 3, "solution": true, "task": false}
class TimeAttention:
    """Attention for every decoder step.

    params, grads: empty lists. attention_weights: the weights (N, T, S) of the last forward, None before it.
    """

    def __init__(self):
        self.params, self.grads = [], []
        self.attention_weights = None
        self.cache = None  # for what forward wants to tell backward

    def forward(self, hs_enc, hs_dec, mask=None):
        """hs_enc (N, S, H), hs_dec (N, T, H), mask (N, S) bool or None -> context vectors (N, T, H).

        Step t is what Attention gives for hs_dec[:, t]. ValueError as AttentionWeight.
        """
        # time_attention: about 8 lines
        ### BEGIN SOLUTION
        scores = hs_dec @ hs_enc.transpose(0, 2, 1)
        if mask is not None:
            if not mask.any(axis=1).all():
                raise ValueError(f"mask must have a True in every row, row {np.argmin(mask.any(axis=1))} has none")
            scores = np.where(mask[:, None, :], scores, -np.inf).astype(scores.dtype)
        self.attention_weights = softmax(scores)
        self.cache = hs_enc, hs_dec
        return self.attention_weights @ hs_enc
        ### END SOLUTION

    def backward(self, dcs):
        """The gradients of the last forward's inputs: dcs (N, T, H) -> (dhs_enc (N, S, H), dhs_dec (N, T, H))."""
        # time_attention: about 6 lines
        ### BEGIN SOLUTION
        hs_enc, hs_dec = self.cache
        a = self.attention_weights
        da = dcs @ hs_enc.transpose(0, 2, 1)
        dscores = a * (da - (a * da).sum(axis=2, keepdims=True))
        dhs_enc = a.transpose(0, 2, 1) @ dcs + dscores.transpose(0, 2, 1) @ hs_dec
        return dhs_enc, dscores @ hs_enc
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "time_attention", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
hs_enc = np.array([[[0.0, 7.0], [1.0, 0.0], [2.0, 14.0]]])
hs_dec = np.log(2) * np.array([[[1.0, 0.0], [0.0, 1 / 7]]])
look, one = TimeAttention(), Attention()
assert look.forward(hs_enc.astype(np.float32), hs_dec.astype(np.float32)).dtype == np.float32, "the dtype stays"
contexts = look.forward(hs_enc, hs_dec)
assert np.allclose(look.attention_weights, np.array([[[1, 2, 4], [2, 1, 4]]]) / 7), "a row for every decoder step"
assert np.allclose(contexts, [[[10 / 7, 9], [9 / 7, 10]]]), contexts
mask = np.array([[True, False, True], [True, True, False]])
look.forward(np.concatenate([hs_enc, hs_enc]), np.concatenate([hs_dec, hs_dec]), mask)
wanted = np.array([[[3, 0, 12], [5, 0, 10]], [[5, 10, 0], [10, 5, 0]]]) / 15
assert np.allclose(look.attention_weights, wanted), "each row has its own mask, and it holds at every step"
rng = np.random.default_rng(6)
hs_enc, hs_dec, dcs = rng.normal(size=(2, 7, 3)), rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 5, 3))
contexts = look.forward(hs_enc, hs_dec)
dhs_enc, dhs_dec = look.backward(dcs)
dhs_summed = np.zeros_like(hs_enc)
for t in range(5):
    assert np.allclose(contexts[:, t], one.forward(hs_enc, hs_dec[:, t])), "step t is what Attention gives for it"
    dhs, dh = one.backward(dcs[:, t])
    dhs_summed += dhs
    assert np.allclose(dhs_dec[:, t], dh), "each query has its own gradient"
assert np.allclose(dhs_enc, dhs_summed), "the states are shared by all steps: their gradients add up"

# %% [markdown]
# To see it, without any LSTM: let the state at a letter be a vector of its own for that letter (five times a unit vector), in the source as in the target. The source is a word, the target the same word backwards. Black is a weight of 1.

# %%
word = "attention"
letters = sorted(set(word))
states = 5 * np.eye(len(letters))[[[letters.index(letter) for letter in word]]]
look = TimeAttention()
look.forward(states, states[:, ::-1])
plot_attention(look.attention_weights, [word], [word[::-1]])

# %% [markdown]
# Every letter finds its like. `t` is there three times and `n` twice, and the dot product cannot tell them apart: they share the weight. A trained encoder's states also say what came before, so that two equal letters need not look equal.
#
# ## The encoder keeps its states
#
# ### attention_encoder — return all hidden states
#
# Everything is as in `Encoder`, weights included, but for the last line of `forward` and the first of `backward`.
#
# **What shape?** xs is `(2, 7)`, D = 3, H = 5. What does `forward` return, and what comes in to `backward`?
#
# <details><summary>Answer</summary>
#
# Both `(2, 7, 5)`. No step is left out, so nothing has to be filled up with zeros.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# What did `Encoder.forward` do after the LSTM, and what had `Encoder.backward` to do because of it? Both are not needed any more.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The class inherits `self.embed`, `self.lstm`, `params` and `grads`. Each method runs its two layers, in one order or the other.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: ids `(N, S)`; vectors `(N, S, D)`; hs `(N, S, H)`; and back. Ids have no gradient.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "AttentionEncoder", "locked": false, "schema_version": 3, "solution": true, "task": false}
class AttentionEncoder(Encoder):
    """An encoder that keeps all its hidden states. Weights, params and grads as in Encoder."""

    def forward(self, xs):
        """Read all of a source: ids xs (N, S) int -> hs (N, S, H), every hidden state. Starts from a zero state."""
        # attention_encoder: about 1 line
        ### BEGIN SOLUTION
        return self.lstm.forward(self.embed.forward(xs))
        ### END SOLUTION

    def backward(self, dhs):
        """Overwrite grads in place with the gradients that come back from dhs (N, S, H), the gradient of hs."""
        # attention_encoder: about 1 line
        ### BEGIN SOLUTION
        self.embed.backward(self.lstm.backward(dhs))
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "attention_encoder", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
encoder, plain = AttentionEncoder(7, 2, 3, np.random.default_rng(0)), Encoder(7, 2, 3, np.random.default_rng(0))
xs = np.array([[1, 2, 3, 4, 5], [6, 5, 0, 0, 0]])
hs = encoder.forward(xs)
assert hs.shape == (2, 5, 3), hs.shape
for s in range(5):
    assert np.allclose(hs[:, s], plain.forward(xs[:, : s + 1])), "state s is what an encoder keeps that stops there"
assert np.array_equal(encoder.forward(xs), hs), "from a zero state at every call"
dhs = np.zeros((2, 5, 3), np.float32)
dhs[:, 4] = 1
kept = encoder.grads[1]
for _ in range(2):  # the second call must overwrite, not add
    encoder.backward(dhs)
    plain.backward(np.ones((2, 3), np.float32))
    assert all(np.allclose(*both) for both in zip(encoder.grads, plain.grads, strict=True)), "a gradient at the last step"
encoder.forward(xs)
encoder.backward(dhs[:, ::-1])
plain.forward(xs[:, :1])
plain.backward(np.ones((2, 3), np.float32))
assert all(np.allclose(*both) for both in zip(encoder.grads, plain.grads, strict=True)), "a gradient at the first step"
assert encoder.grads[1] is kept, "write into the arrays"

# %% [markdown]
# ## A decoder that looks back
#
# Every step runs the LSTM, looks back with its **new** hidden state, and scores the next character from both: context first, then state.

# %%
draw_attention_seq2seq(list("5+75"), list("_62 "))

# %% [markdown]
# The LSTM still starts from the encoder's last state. In words, for the whole target:
#
# 1. The first state is `enc_hs[:, -1]`, with a zero cell state (which is what `set_state(h)` without a c does).
# 2. Embed the target and run the LSTM: hs_dec.
# 3. `TimeAttention` gives a context vector for each of its states.
# 4. Join `[context; state]` along the last axis, and map to scores.
#
# No mask goes in: the dates below are padded with spaces, which this encoder reads as characters like others. What attention makes of them, we shall see.
#
# **What shape?** N = 2, T = 5, S = 7, H = 3, V = 11: the joined array, and the affine layer's `W`?
#
# <details><summary>Answer</summary>
#
# `(2, 5, 6)` and `(6, 11)`. S is nowhere in them: the same weights serve sources of any length.
#
# </details>

# %% [markdown]
# ### attention_decoder_forward — read, look back, join, score
#
# The cell below has three parts, one for each of three questions: do the weights and `forward` first, run the first check, and come back. Initial weights are drawn as ever: the embedding from N(0, 1)/100, matrices from N(0, 1)/sqrt(rows), in whichever order you like.
#
# <details><summary>Hint 1</summary>
#
# Compare with `PeekyDecoder` in `given.py`. What was `repeated` there; what stands in its place now; and where is it *not* joined any more?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `set_state(h)` on a stateful `TimeLSTM` gives it the first state. `np.concatenate([first, second], axis=2)`. `TimeAttention` has no parameters, so `params` and `grads` do not grow.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: vectors `(N, T, D)`; hs and contexts `(N, T, H)`; joined `(N, T, 2H)`; scores `(N, T, V)`. Weights: `(V, D)`; `(D, 4H)`, `(H, 4H)`, `(4H,)`; `(2H, V)`, `(V,)`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "AttentionDecoder", "locked": false, "schema_version": 3, "solution": true, "task": false}
class AttentionDecoder:
    """A decoder that looks at all of the encoder's hidden states at every step.

    AttentionDecoder(vocab_size, wordvec_size, hidden_size, rng=None), rng a numpy.random.Generator (the same seed gives
    the same weights; without one they differ from run to run).

    Embedding, LSTM, attention of every step's hidden state over the source, and an affine map of the two joined:
    context vector first, then the decoder's hidden state. The LSTM starts from the encoder's last hidden state and a
    zero cell state.

    params, grads: six arrays each, from input to output: embedding W (V, D); Wx (D, 4H), Wh (H, 4H), b (4H,); affine
    W (2H, V), b (V,). All float32; embedding N(0, 1)/100, matrices N(0, 1)/sqrt(rows), biases zero.
    embed, lstm, attention, affine: the layers.
    Nothing is left from one call of forward or generate to the next.
    """

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        # attention_decoder_forward: about 11 lines
        ### BEGIN SOLUTION
        V, D, H = vocab_size, wordvec_size, hidden_size
        rng = np.random.default_rng() if rng is None else rng

        def draw(rows, columns, scale):
            return (rng.standard_normal((rows, columns)) * scale).astype(np.float32)

        self.embed = TimeEmbedding(draw(V, D, 0.01))
        Wx, Wh = draw(D, 4 * H, D**-0.5), draw(H, 4 * H, H**-0.5)
        self.lstm = TimeLSTM(Wx, Wh, np.zeros(4 * H, np.float32), stateful=True)
        self.attention = TimeAttention()
        self.affine = TimeAffine(draw(2 * H, V, (2 * H) ** -0.5), np.zeros(V, np.float32))
        self.params = self.embed.params + self.lstm.params + self.affine.params
        self.grads = self.embed.grads + self.lstm.grads + self.affine.grads
        ### END SOLUTION

    def forward(self, xs, enc_hs):
        """Score the next character at every step of given inputs: xs (N, T) int ids, enc_hs (N, S, H) -> (N, T, V)."""
        # attention_decoder_forward: about 4 lines
        ### BEGIN SOLUTION
        self.lstm.set_state(enc_hs[:, -1])
        hs = self.lstm.forward(self.embed.forward(xs))
        contexts = self.attention.forward(enc_hs, hs)
        return self.affine.forward(np.concatenate([contexts, hs], axis=2))
        ### END SOLUTION

    def backward(self, dscores):
        """Overwrite grads in place from dscores (N, T, V); returns denc_hs (N, S, H), by every path from enc_hs."""
        # attention_decoder_backward: about 6 lines
        ### BEGIN SOLUTION
        H = len(self.lstm.params[1])
        djoined = self.affine.backward(dscores)
        denc_hs, dhs = self.attention.backward(djoined[:, :, :H])
        self.embed.backward(self.lstm.backward(dhs + djoined[:, :, H:]))
        denc_hs[:, -1] += self.lstm.dh
        return denc_hs
        ### END SOLUTION

    def generate(self, enc_hs, start_id, sample_size):
        """Write greedily, all rows of the batch at once: the best-scored id of each step is the next step's input.

        enc_hs (N, S, H); start_id int, the first input, which is not part of the result; sample_size int >= 1
        returns int array (N, sample_size); of equal scores the smallest id wins
        """
        # attention_decoder_generate: about 8 lines
        ### BEGIN SOLUTION
        self.lstm.set_state(enc_hs[:, -1])
        ids = np.full((len(enc_hs), sample_size + 1), start_id, dtype=np.int64)
        for t in range(sample_size):
            hs = self.lstm.forward(self.embed.forward(ids[:, t : t + 1]))
            contexts = self.attention.forward(enc_hs, hs)
            scores = self.affine.forward(np.concatenate([contexts, hs], axis=2))
            ids[:, t + 1] = scores[:, 0].argmax(axis=1)
        return ids[:, 1:]
        ### END SOLUTION

# %% [markdown]
# The checks write weights by hand into a small model, with this function:

# %%
def tiny_decoder(**values):
    """A decoder with V = 2, D = H = 1, all weights 0 but those given: arrays for embed, Wx, Wh, b (f, g, i, o), W."""
    decoder = AttentionDecoder(2, 1, 1)
    for name, param in zip(("embed", "Wx", "Wh", "b", "W", "affine_b"), decoder.params, strict=True):
        param[...] = values.get(name, 0)
    return decoder


def states(*numbers):
    """Encoder states of one row, H = 1: (1, S, 1) float32."""
    return np.array(numbers, np.float32).reshape(1, -1, 1)


log3 = np.log(3)  # tanh(log 3) = 4/5; a gate without input is 1/2
first = 0.5 * np.tanh(0.4)  # the hidden state if g = 4/5 and c was 0: o tanh(i g)

# %% nbgrader={"grade": true, "grade_id": "attention_decoder_forward", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
decoder, again = (AttentionDecoder(7, 2, 3, np.random.default_rng(0)) for _ in range(2))
assert [p.shape for p in decoder.params] == [(7, 2), (2, 12), (3, 12), (12,), (6, 7), (7,)]
assert all(np.array_equal(p, q) for p, q in zip(decoder.params, again.params, strict=True)), "same seed, same weights"
large = AttentionDecoder(100, 30, 90, np.random.default_rng(0))
assert all(p.dtype == np.float32 for p in large.params), "float32"
assert not any(large.params[i].any() for i in (3, 5)), "biases start at zero"
for i, scale in ((0, 1e4), (1, 30), (2, 90), (4, 180)):
    assert 0.9 < large.params[i].std() * np.sqrt(scale) < 1.1, "N(0, 1)/100; N(0, 1)/sqrt(rows), and W has 2H rows"
xs, by_context, by_state = np.array([[0, 1, 0]]), [[2, 3], [0, 0]], [[0, 0], [2, 3]]
scores = tiny_decoder(W=by_context).forward(np.vstack([xs, xs]), np.vstack([states(1, 2, 6), states(0, 0, 3)]))
assert np.allclose(scores, [[[6, 9]] * 3, [[2, 3]] * 3]), "the decoder's state is 0: it looks at all alike; means 3 and 1"
scores = tiny_decoder(W=by_state, embed=[[1], [0]], Wx=[[0, log3, 0, 0]]).forward(xs[:, :1], states(1, 2, 6))
assert np.allclose(scores, [[[2 * first, 3 * first]]]), "context first, then the decoder's state"
scores = tiny_decoder(W=by_state, Wh=[[0, log3, 0, 0]]).forward(xs[:, :1], states(8, 9, 1))
assert np.allclose(scores, [[[2 * first, 3 * first]]]), "the first state is the encoder's last one"
decoder, far = tiny_decoder(W=by_context, b=[0, log3, 0, 0]), log3 / first
scores = decoder.forward(xs, states(0, far))
hs_dec = 0.5 * np.tanh([0.4, 0.6, 0.7])  # each step halves the cell state and adds 0.4
assert np.allclose(scores[0, 0], 3 / 4 * far * np.array([2, 3])), "the new state asks: the weights are 1/4 and 3/4"
assert np.allclose(scores[0, :, 0], 2 * far / (1 + np.exp(-hs_dec * far))), "every step asks anew"
assert np.array_equal(decoder.forward(xs, states(0, far)), scores), "nothing is left from the last call"

# %% [markdown]
# Where does a fresh decoder look? Four of its steps, and five states of an encoder, made of random numbers:

# %%
rng = np.random.default_rng(7)
decoder, enc_hs = AttentionDecoder(7, 4, 16, rng), rng.uniform(-1, 1, (1, 5, 16)).astype(np.float32)
decoder.forward(np.array([[0, 1, 2, 3]]), enc_hs)
plot_attention(decoder.attention.attention_weights, [list("01234")], [list("0123")])

# %% [markdown]
# Nothing is learnt yet; every step looks at everything, some a little more.
#
# ## All ways back
#
# `enc_hs` is used three times: as values, as keys, and its last step as the LSTM's first state. Besides, a query has a gradient, which joins that of the affine layer before the LSTM gets it.

# %%
draw_paths_to_hs()

# %% [markdown]
# ### attention_decoder_backward — no way may be forgotten
#
# Go through `forward` from its last line to its first. Where arrays were joined, cut; where one was used twice, add.
#
# **What shape?** N = 2, T = 5, S = 7, H = 3. What shape has the gradient of the joined array, what shapes its parts; and what is the shape of the LSTM's `dh` that goes to `denc_hs[:, -1]`?
#
# <details><summary>Answer</summary>
#
# `(2, 5, 6)`; both parts `(2, 5, 3)`; `(2, 3)`.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Count the arrows that end at `denc_hs`, and those that end at the plus. When is each of these gradients known? In which order must the layers run, then?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `TimeAttention.backward` returns two gradients; the second belongs to the decoder's hidden states, which also had a way of their own to the scores. After its `backward`, a `TimeLSTM` has the gradient of its first state in `dh`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: cut at H; contexts' part `(N, T, H)` into the attention, out come `(N, S, H)` and `(N, T, H)`; the sum `(N, T, H)` into the LSTM; `(N, T, D)` into the embedding; `(N, H)` onto one source step.
#
# </details>

# %% nbgrader={"grade": true, "grade_id": "attention_decoder_backward", "locked": true, "points": 11, "schema_version": 3, "solution": false, "task": false}
xs, ones = np.array([[0, 1, 0]]), np.ones((1, 3, 2), np.float32)
decoder = tiny_decoder(W=[[2, 3], [0, 0]])
dscores = np.concatenate([ones, 0 * ones])
for _ in range(2):  # the second call must overwrite, not add
    decoder.forward(np.vstack([xs, xs]), np.vstack([states(1, 2, 6)] * 2))
    denc_hs = decoder.backward(dscores)
    assert np.allclose(denc_hs, np.vstack([states(5, 5, 5), states(0, 0, 0)])), "as values: 2 + 3, times 1/3, thrice"
    assert np.allclose(decoder.grads[4], [[9, 9], [0, 0]]), "the affine layer saw a context of 3, three times"
decoder.forward(xs[:, :1], states(1, 2, 6))
kept, _ = decoder.grads[3], decoder.backward(ones[:, :1])
assert np.allclose(kept, [0, 70 / 3 / 4, 0, 0]), "the query: dscores = -10/3, -5/3, 5, times 1, 2, 6; then o i = 1/4"
assert decoder.grads[3] is kept, "write into the arrays"
decoder = tiny_decoder(W=[[0, 0], [2, 3]], Wx=[[0, 8, 0, 0]])
decoder.forward(xs, states(0, 0, 0))
decoder.backward(ones)
assert np.allclose(decoder.grads[0], [[27.5], [15]]), "5 times 8, times 1/4 + 1/8 + 1/16, 1/4 + 1/8 and 1/4"
decoder = tiny_decoder(W=[[0, 0], [2, 3]], Wh=[[0, 8, 0, 0]])
decoder.forward(xs[:, :1], states(0, 0, 0))
assert np.allclose(decoder.backward(ones[:, :1]), states(0, 0, 10)), "the first state: (2 + 3) 8 o i, last step only"
decoder = tiny_decoder(W=[[1, 0], [0, 0]], b=[0, log3, 0, 0])
decoder.forward(xs[:, :1], states(0, log3 / first))  # weights 1/4 and 3/4; as keys: -3/16 and 3/16, times log 3
as_values_and_keys = states(1 / 4 - 3 / 16 * log3, 3 / 4 + 3 / 16 * log3)
assert np.allclose(decoder.backward(ones[:, :1]), as_values_and_keys), "as values and as keys"

# %% [markdown]
# And against numbers found by moving enc_hs a little (float32 is coarse, so the step is large):

# %%
def gradients_of_states(steps, rng):
    """The gradient of enc_hs (2, 4, 5), as `backward` has it, and by moving each number of enc_hs a little."""
    decoder, xs, enc_hs = AttentionDecoder(7, 4, 5, rng), rng.integers(7, size=(2, steps)), rng.normal(size=(2, 4, 5))
    weight = rng.normal(size=(2, steps, 7)).astype(np.float32)
    numerical = numerical_gradient(
        lambda: np.sum(weight * decoder.forward(xs, enc_hs.astype(np.float32))), enc_hs, eps=1e-2
    )
    decoder.forward(xs, enc_hs.astype(np.float32))
    return decoder.backward(weight), numerical


pairs = {f"T = {steps}": gradients_of_states(steps, np.random.default_rng(8)) for steps in (1, 4, 8)}
plot_agreement(pairs, "gradient of enc_hs")

# %% [markdown]
# ### attention_decoder_generate — one step at a time
#
# As ever: the best-scored id of each step is the next step's input. The first state is set once; the look back happens in every turn.
#
# **What shape?** In one turn of the loop there is one decoder step. What shapes do hs_dec, the weights and the context have, N = 2, S = 7, H = 3?
#
# <details><summary>Answer</summary>
#
# `(2, 1, 3)`, `(2, 1, 7)`, `(2, 1, 3)`: T = 1, and `TimeAttention` does not mind.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# What must happen once, before the loop, and what in each turn? Does `enc_hs` ever change?
#
# </details>
# <details><summary>Hint 2</summary>
#
# A slice such as `ids[:, t : t + 1]` keeps the time axis. `argmax(axis=1)` gives the smallest id of equal scores.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes within the loop: ids `(N, 1)`; word vectors `(N, 1, D)`; joined `(N, 1, 2H)`; scores `(N, 1, V)`; best ids `(N,)`.
#
# </details>

# %% nbgrader={"grade": true, "grade_id": "attention_decoder_generate", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
decoder = tiny_decoder(W=[[-1, 1], [0, 0]])  # a positive context asks for id 1, a negative one for id 0
enc_hs = np.concatenate([states(1, 3, -2), states(-1, -3, 2), states(0, 0, 0)])
answers = decoder.generate(enc_hs, 1, 4)
assert np.array_equal(answers, [[1] * 4, [0] * 4, [0] * 4]), "rows; all states count, not the last alone; smallest id"
rng = np.random.default_rng(9)
decoder, enc_hs = AttentionDecoder(7, 2, 3, rng), rng.normal(size=(50, 4, 3)).astype(np.float32)
for param in decoder.params:
    param *= 10
written = decoder.generate(enc_hs, 5, 6)
assert written.shape == (50, 6), "without the start id"
read = np.hstack([np.full((50, 1), 5), written[:, :-1]])
assert np.array_equal(decoder.forward(read, enc_hs).argmax(axis=2), written), "as forward scores its own output"
assert np.array_equal(decoder.generate(enc_hs, 5, 6), written), "nothing is left from the call before"

# %% [markdown]
# ## The whole model
#
# ### attention_seq2seq — two new halves
#
# `Seq2seq` brings `forward`, `backward` and `generate` along. They hand over what the encoder returns, and hand back what the decoder returns: that it is `(N, S, H)` now, and not `(N, H)`, is nothing to them.
#
# **What shape?** How many parameters has this model more than a plain `Seq2seq` of the same size, and how many fewer than a peeky one?
#
# <details><summary>Answer</summary>
#
# HV more, for the affine layer, and 4H² fewer, as nothing is joined to the LSTM's input. Attention itself has none.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Which of the things that `PeekySeq2seq.__init__` made change?
#
# </details>
# <details><summary>Hint 2</summary>
#
# One `rng` draws both parts, so that the seed alone decides. The loss layer has no parameters.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Ten params: `(V, D)`, `(D, 4H)`, `(H, 4H)`, `(4H,)` for the encoder; `(V, D)`, `(D, 4H)`, `(H, 4H)`, `(4H,)`, `(2H, V)`, `(V,)` for the decoder.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "AttentionSeq2seq", "locked": false, "schema_version": 3, "solution": true, "task": false}
class AttentionSeq2seq(Seq2seq):
    """A Seq2seq of an AttentionEncoder and an AttentionDecoder; forward, backward and generate as in Seq2seq.

    AttentionSeq2seq(vocab_size, wordvec_size, hidden_size, rng=None), rng as for AttentionDecoder.
    encoder, decoder: the two parts. params, grads: ten arrays each, the encoder's before the decoder's.
    """

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        # attention_seq2seq: about 6 lines
        ### BEGIN SOLUTION
        rng = np.random.default_rng() if rng is None else rng
        self.encoder = AttentionEncoder(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = AttentionDecoder(vocab_size, wordvec_size, hidden_size, rng)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = self.encoder.params + self.decoder.params
        self.grads = self.encoder.grads + self.decoder.grads
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "attention_seq2seq", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
model, again = (AttentionSeq2seq(5, 2, 3, np.random.default_rng(0)) for _ in range(2))
shapes = [(5, 2), (2, 12), (3, 12), (12,)]
assert [p.shape for p in model.params] == [*shapes, *shapes, (6, 5), (5,)], "the encoder's, then the decoder's"
assert [g.shape for g in model.grads] == [*shapes, *shapes, (6, 5), (5,)], "one gradient per parameter, in that order"
assert all(np.array_equal(p, q) for p, q in zip(model.params, again.params, strict=True)), "same seed, same weights"
assert not np.array_equal(model.params[0], model.params[4]), "but not the same weights twice in one model"
for param in model.params:
    param[...] = 0
xs, ts = np.array([[1, 2]]), np.array([[0, 1, 2]])
model.params[8][0, 1] = 1  # the context's first number is the score of id 1, at every step
assert np.isclose(model.forward(xs, ts), np.log(5)), "the context is 0 here: all five ids are as likely"
model.backward()
assert np.allclose(model.grads[9], [0.2, -0.3, -0.3, 0.2, 0.2]), "1/5 each, less 1 at the label, mean of two steps"
assert np.isclose(model.grads[3][3], -0.15 * 5 / 8), "half to each state; 1/4 for the first, 1/4 + 1/8 for the second"
model.backward(2)
assert np.isclose(model.grads[3][3], -0.15 * 5 / 4), "twice the upstream gradient, twice the gradient"
model.params[3][3] = 1
assert np.array_equal(model.generate(xs, 0, 4), [[1, 1, 1, 1]]), "the context is positive now"

# %% [markdown]
# What has been gained can be seen before any training: change one character of the source, and measure how far the scores move. The encoder reads from left to right, so that step 24 was read last.

# %%
def influence(model, xs, ts):
    """The mean change of the scores, (S,), when the character at each place of the source is another one."""
    scores = model.decoder.forward(ts, model.encoder.forward(xs))
    changed = np.zeros(xs.shape[1])
    for place in range(xs.shape[1]):
        other = xs.copy()
        other[:, place] = (other[:, place] + 1) % 13
        changed[place] = np.abs(model.decoder.forward(ts, model.encoder.forward(other)) - scores).mean()
    return changed


rng = np.random.default_rng(10)
xs, ts = rng.integers(13, size=(50, 24)), rng.integers(13, size=(50, 5))
untrained = {"peeky": PeekySeq2seq(13, 16, 128, rng), "attention": AttentionSeq2seq(13, 16, 128, rng)}
places = {f"{name}, untrained": influence(model, xs, ts) for name, model in untrained.items()}
plot_by_place(places, "change of the scores", xlabel="step of the source", log=True)

# %% [markdown]
# To the peeky decoder, what was read early is as good as gone: its curve is a straight line on a logarithmic axis. To attention every place is as near as any other. (What was read last moves the peeky scores more: it is still fresh in the one vector that all steps see.)

# %% [markdown]
# ## Other scores
#
# The dot product needs both states to be of one size, and to mean the same things in the same places. There are scores that can be learnt. Luong and others call this one **general**, with a matrix between the two:
#
# $$e_j = h \, W \, hs_j$$
#
# and in the first paper on attention, Bahdanau and others, it was **additive**, a small network with one hidden layer of size A:
#
# $$e_j = v \cdot \tanh(hs_j \, W_{enc} + h \, W_{dec})$$
#
# Both take an encoder and a decoder of different sizes. The dot product is the general score with the unit matrix for W.

# %% [markdown]
# ### score_functions — a matrix between, or a small network
#
# Each is a layer with parameters: `forward` gives the scores, without softmax, and `backward` fills the gradients of the parameters besides returning those of its inputs.
#
# **What shape?** hs `(2, 7, 3)`, h `(2, 5)`, A = 4. The shapes of W, of W_enc, W_dec and v; and of the array inside tanh?
#
# <details><summary>Answer</summary>
#
# W `(5, 3)`; W_enc `(3, 4)`, W_dec `(5, 4)`, v `(4,)`; `(2, 7, 4)`. h W_dec is the same for all source steps, so it needs an axis there.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# General: h W is a query of another size; the rest you have written above. Additive: which of the three terms are different for each source step?
#
# </details>
# <details><summary>Hint 2</summary>
#
# The derivative of tanh is 1 minus its square. A parameter that all rows and steps share gets a sum over both. h is shared by all source steps: sum over S. `einsum` takes such sums along, e.g. `"nsh,nsa->ha"`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: general: h W `(N, H_enc)`, the gradient of it `(N, H_enc)`, dW `(H_dec, H_enc)`. Additive: gradient inside tanh `(N, S, A)`; dv `(A,)`; dW_enc `(H_enc, A)`, dW_dec `(H_dec, A)`; dh `(N, H_dec)`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "GeneralScore", "locked": false, "schema_version": 3, "solution": true, "task": false}
class GeneralScore:
    """Scores with a matrix between: h W hs, for every source step.

    W (H_dec, H_enc). params = [W]; grads has an array of the same shape. Inputs and results have the dtype of W.
    """

    def __init__(self, W):
        self.params, self.grads = [W], [np.zeros_like(W)]
        self.cache = None  # for what forward wants to tell backward

    def forward(self, hs, h):
        """hs (N, S, H_enc), h (N, H_dec) -> scores (N, S)."""
        # score_functions: about 3 lines
        ### BEGIN SOLUTION
        (W,) = self.params
        self.cache = hs, h
        return (hs @ (h @ W)[:, :, None])[:, :, 0]
        ### END SOLUTION

    def backward(self, dscores):
        """dscores (N, S) -> (dhs (N, S, H_enc), dh (N, H_dec)); overwrites the gradient of W in place."""
        # score_functions: about 5 lines
        ### BEGIN SOLUTION
        (W,), (dW,) = self.params, self.grads
        hs, h = self.cache
        dhW = (dscores[:, None, :] @ hs)[:, 0]
        dW[...] = h.T @ dhW
        return dscores[:, :, None] * (h @ W)[:, None, :], dhW @ W.T
        ### END SOLUTION

# %% [markdown]
# And the small network. Its three parameters come in the order W_enc, W_dec, v.

# %% nbgrader={"grade": false, "grade_id": "AdditiveScore", "locked": false, "schema_version": 3, "solution": true, "task": false}
class AdditiveScore:
    """Scores by a small network: v . tanh(hs W_enc + h W_dec), for every source step.

    W_enc (H_enc, A), W_dec (H_dec, A), v (A,). params = [W_enc, W_dec, v]; grads has arrays of the same shapes.
    Inputs and results have the dtype of the parameters.
    """

    def __init__(self, W_enc, W_dec, v):
        self.params = [W_enc, W_dec, v]
        self.grads = [np.zeros_like(W_enc), np.zeros_like(W_dec), np.zeros_like(v)]
        self.cache = None  # for what forward wants to tell backward

    def forward(self, hs, h):
        """hs (N, S, H_enc), h (N, H_dec) -> scores (N, S)."""
        # score_functions: about 4 lines
        ### BEGIN SOLUTION
        W_enc, W_dec, v = self.params
        hidden = np.tanh(hs @ W_enc + (h @ W_dec)[:, None, :])
        self.cache = hs, h, hidden
        return hidden @ v
        ### END SOLUTION

    def backward(self, dscores):
        """dscores (N, S) -> (dhs (N, S, H_enc), dh (N, H_dec)); overwrites the gradients of the parameters in place."""
        # score_functions: about 8 lines
        ### BEGIN SOLUTION
        W_enc, W_dec, v = self.params
        dW_enc, dW_dec, dv = self.grads
        hs, h, hidden = self.cache
        dv[...] = np.einsum("ns,nsa->a", dscores, hidden)
        dsum = dscores[:, :, None] * v * (1 - hidden**2)
        dW_enc[...] = np.einsum("nsh,nsa->ha", hs, dsum)
        dW_dec[...] = h.T @ dsum.sum(axis=1)
        return dsum @ W_enc.T, dsum.sum(axis=1) @ W_dec.T
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "score_functions", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
hs, h = np.array([[[1.0], [2.0], [-1.0]], [[0.0], [0.0], [1.0]]]), np.array([[1.0, 10.0], [0.0, 1.0]])
general = GeneralScore(np.array([[2.0], [3.0]]))  # H_dec = 2, H_enc = 1; h W = 32 and 3
kept = general.grads[0]
for _ in range(2):  # the second call must overwrite, not add
    assert np.allclose(general.forward(hs, h), [[32, 64, -32], [0, 0, 3]])
    dinputs = general.backward(np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))  # so h W gets 3 and 1
    assert all(map(np.allclose, dinputs, ([[[32], [32], [0]], [[0], [0], [3]]], [[6, 9], [2, 3]]))), "to both inputs"
    assert np.allclose(general.grads[0], [[3], [31]]), "h, times 3 and 1, added up"
assert general.grads[0] is kept, "write into the arrays"
additive = AdditiveScore(log3 * np.eye(2, k=1), log3 * np.eye(3, 2, k=1), np.array([2.0, 5.0]))  # A = 2
hs, h = np.array([[[0.0, 7.0], [-1.0, 7.0], [-2.0, 7.0]]]), np.array([[1.0, 7.0, 7.0]])
assert np.allclose(additive.forward(hs, h), [[4, 0, -4]]), "2 tanh of 0, and 5 tanh of log 3, 0 and -log 3"
kept = additive.grads[0]
dinputs = additive.backward(np.array([[1.0, 0.0, 0.0]]))  # inside tanh: 2, and 5 (1 - 16/25) = 9/5
assert np.allclose(dinputs[0], [[[9 / 5 * log3, 0], [0, 0], [0, 0]]]), "to hs"
assert np.allclose(dinputs[1], [[9 / 5 * log3, 0, 0]]), "to h"
inside = np.array([2, 9 / 5])
wanted = np.outer([0, 7], inside), np.outer([1, 7, 7], inside), [0, 4 / 5]
assert all(map(np.allclose, additive.grads, wanted)), "times hs, 0 and 7; times h, 1, 7 and 7; and tanh"
additive.backward(np.array([[0.0, 1.0, 0.0]]))  # inside tanh: 2 and 5
wanted = np.outer([-1, 7], [2, 5]), np.outer([1, 7, 7], [2, 5]), [0, 0]
assert all(map(np.allclose, additive.grads, wanted)), "a second call must overwrite, not add"
assert additive.grads[0] is kept, "write into the arrays"

# %% [markdown]
# What can a matrix do that the dot product cannot? Take states that are six unit vectors, and let W say "the one after mine":

# %%
hs = 6 * np.eye(6)[None]
following = np.roll(np.eye(6), 1, axis=1)
scores = [[GeneralScore(W).forward(hs, h[None])[0] for h in hs[0]] for W in (np.eye(6), following)]
plot_attention(softmax(np.array(scores)), ["012345"] * 2, ["012345"] * 2, ["dot product", "W: the one after mine"])

# %% [markdown]
# The dot product finds what is alike; W finds what belongs together in whatever way training needs. In the model of this sheet the dot product will do: both LSTMs are trained, and can learn to put things that belong together into the same places.
#
# ## A map of where it looked
#
# ### attention_map — teacher forcing, and the weights of every step
#
# The weights are what makes attention worth looking at: one row per character that was written, one column per character read.
#
# **What shape?** xs `(2, 12)`, ts `(2, 11)`: what is the shape of the map, and which character is written at row 0?
#
# <details><summary>Answer</summary>
#
# `(2, 10, 12)`. At row 0 the decoder reads the start character and writes the first one after it.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Which layer knows the weights, and when does it learn them?
#
# </details>
# <details><summary>Hint 2</summary>
#
# The model's own `forward` feeds the decoder with the right answers. What a layer keeps belongs to the layer: hand out a copy, or the next call's numbers may come through it.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shape `(N, T - 1, S)`; its sum over the last axis is 1 everywhere.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "attention_map", "locked": false, "schema_version": 3, "solution": true, "task": false}
def attention_map(model, xs, ts):
    """Where the decoder looked while it was told the right answer.

    model    an AttentionSeq2seq
    xs       (N, S) int, sources;  ts (N, T) int, targets led by the start id: the decoder reads ts[:, :-1]
    returns  float array (N, T - 1, S), the attention weights of every step; rows sum to 1
    """
    # attention_map: about 2 lines
    ### BEGIN SOLUTION
    model.forward(xs, ts)
    return model.decoder.attention.attention_weights.copy()
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "attention_map_check", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
model, rng = AttentionSeq2seq(7, 4, 5, np.random.default_rng(0)), np.random.default_rng(1)
for param in model.params:
    param[...] = rng.normal(size=param.shape)
xs, ts = np.array([[1, 2, 3, 4], [4, 4, 1, 0], [6, 5, 6, 5]]), np.array([[0, 3, 2], [0, 1, 1], [0, 2, 6]])
weights = attention_map(model, xs, ts)
kept = weights.copy()
assert weights.shape == (3, 2, 4), "a row for each character that is written"
assert np.allclose(weights.sum(axis=2), 1), "rows sum to 1"
for place, rows in ((0, [True, True]), (1, [False, True]), (2, [False, False])):
    other = ts.copy()
    other[:, place] = 5
    moved = [not np.allclose(attention_map(model, xs, other)[:, t], weights[:, t]) for t in range(2)]
    assert moved == rows, "what was told matters from the next step on; the last character is written, not read"
assert np.array_equal(weights, kept), "another call must not change a map that was handed out"
tiny = AttentionSeq2seq(7, 4, 1)
for param in tiny.params:
    param[...] = 0
tiny.params[0][...], tiny.params[1][:, 1] = np.arange(7)[:, None], 1  # now the encoder's states differ
tiny.params[7][1] = log3  # and the decoder's are 0.5 tanh(0.4), 0.5 tanh(0.6)
scores = 0.5 * np.tanh([[[0.4], [0.6]]]) * tiny.encoder.forward(xs)[:, None, :, 0]
assert np.allclose(attention_map(tiny, xs, ts), softmax(scores)), "softmax of the products of these states"

# %% [markdown]
# ## Dates
#
# Days are written in many ways, and there is one way to write them down: `27 sep 1994`, `9/27/1994` and `27.9.1994` are all `1994-09-27`. Some characters are to be copied, names to be turned into numbers, and the order is another one each time. So the model has to know *where* to look, and that depends on how the date is written.
#
# The toy task has four forms and 36,525 days; 3,000 dates to learn from, 500 others to be judged by.

# %%
dates, answers, characters = toy_dates(3500, np.random.default_rng(11))
char_to_id = {char: id for id, char in enumerate(characters)}
xs, ts = encode_texts(dates, char_to_id, 12), encode_texts(answers, char_to_id, 11)
unseen_xs, unseen_ts = reverse_inputs(xs[3000:]), ts[3000:]
for date, answer in zip(dates[:6], answers[:6], strict=True):
    print(f"{date:12}  {answer}")

# %% [markdown]
# ### attention_training — dates that the model has never seen
#
# It trains your own pieces together: unlike elsewhere, a mistake in one of them may cost points here as well.
#
# There is nothing to write here. The cell below trains the model, with sources read backwards as before; it takes a few seconds.

# %% nbgrader={"grade": false, "grade_id": "train_toy_dates", "locked": true, "schema_version": 3, "solution": false, "task": false}
def train_toy_dates(xs, ts, vocab_size, seed, curve=None):
    """An AttentionSeq2seq trained on sources xs (N, S), read backwards, and targets ts (N, T): weights from `seed`.

    curve    a list that gets the mean training loss of every epoch, or None
    returns  the trained model
    """
    rng, epochs = np.random.default_rng(seed), 20
    model, optimizer = AttentionSeq2seq(vocab_size, 16, 64, rng), Adam()
    trainer = Trainer(model, optimizer)
    for epoch in range(epochs):
        optimizer.lr = 0.008 * (1 - epoch / epochs)
        losses = trainer.fit(reverse_inputs(xs), ts, 1, 32, max_grad=5.0, rng=rng, progress=False)
        if curve is not None:
            curve.extend(losses)
    return model

# %% nbgrader={"grade": true, "grade_id": "attention_training", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
curve = []
model = train_toy_dates(xs[:3000], ts[:3000], len(characters), seed=12, curve=curve)
reached = exact_match(model.generate(unseen_xs, char_to_id["_"], 10), unseen_ts[:, 1:])
print(f"{reached:.1%} of 500 unseen dates written without a mistake")
plot_curves({"attention": curve}, "training loss", log=True)
assert reached > 0.9, "see attention_decoder_backward first: is every way in the gradient?"

# %% [markdown]
# Where did it look? Below are six unseen dates. The source was read backwards; here the map is turned back, so that columns are in the order of the text. (If a date is shorter than 12 characters, the last column is the sum over its padding.)

# %% tags=["skip-execution"]
maps = attention_map(model, unseen_xs, unseen_ts)[:, :, ::-1]
plot_attention(maps[:6], dates[3000:3006], [answer[1:] for answer in answers[3000:3006]])

# %% [markdown]
# Nobody told the model what is the year in a date. It was only told the right answers, and where to look is what it found out. The hyphens need nothing from the source, and look wherever they like.
#
# A column is a state, and a state knows more than its own character: it has read all that stands to the right, too. So a dark cell may be a place or two beside the character that is wanted, and still know it.

# %% [markdown]
# A number for what the eye sees: while a part of the answer is written, how much of the attention lies on that part of the date?

# %% tags=["skip-execution"]
masses = mass_on_parts(maps, dates[3000:], answers[3000:])
anywhere = mass_on_parts(np.full_like(maps, 1 / 12), dates[3000:], answers[3000:])
for part, mass in masses.items():
    print(f"{part:5} {mass:.2f}, and {anywhere[part]:.2f} if it looked everywhere alike")

# %% [markdown]
# And the words from the beginning? Attention has as many hidden units as the peeky model had, and fewer parameters.

# %% tags=["skip-execution"]
by_length["attention"] = repeated_by_length(AttentionSeq2seq)
plot_distributions(by_length, ["4", "8", "12", "16", "20", "24"], "unseen words repeated, by length")

# %% [markdown]
# This is what we were after: the longest words are as easy as the shortest. (One seed proves little; try others.)
#
# ## Experiment: full dates
#
# English dates in 20 forms, of up to 29 characters, 45,000 to learn from and 5,000 to be judged by; no day is in both parts. The curves to expect are medians of several seeds. Only attention is trained here, for three epochs, which takes about two minutes on one core. To train another model, put its class in place of `AttentionSeq2seq`. These cells are not run when your notebook is graded.

# %% tags=["skip-execution"]
from given import expected_date_curves  # medians of several seeds

train, test, characters = load_dates()
char_to_id = {char: id for id, char in enumerate(characters)}


def as_ids(part, width):
    """Dates and answers, two lists of str, as ids (N, width) and (N, 11)."""
    return encode_texts(part[0], char_to_id, width), encode_texts(part[1], char_to_id, 11)


models = []


def make_model(rng):
    models.append(AttentionSeq2seq(len(characters), 16, 256, rng))
    return models[-1]


yours = learning_curve(make_model, as_ids(train, 29), as_ids(test, 29), 3, 128, True, np.random.default_rng(13))
expected = expected_date_curves("attention", "peeky", "plain")
print("yours:", ", ".join(f"{share:.1%}" for share in yours))
plot_curves({"attention, yours": yours} | expected, "exact match on unseen dates")

# %% [markdown]
# The plain model has to carry all of a date from one step to the next; the peeky one sees it at every step, but all of it at once. Attention can pick, and has nearly all dates right after three epochs; the peeky model is not as far after five.
#
# Five of the test dates, each in another form:

# %% tags=["skip-execution"]
model, shown = models[-1], [1, 7, 13, 15, 11]
xs, ts = as_ids(test, 29)
maps = attention_map(model, reverse_inputs(xs[:500]), ts[:500])[:, :, ::-1]
plot_attention(maps[shown], [test[0][i] for i in shown], [test[1][i][1:] for i in shown])

# %% [markdown]
# The blocks of year, month and day are easy to see, and they stand in another order for each form. Digits that can be copied are mostly copied one by one. A month that is a word gets its number from one or two of its letters: the state there has read the rest of the word as well. And where little is needed, as at the hyphens, the model often looks at the padding, the one place that says the same in every date.
#
# The blocks in numbers, over the first 500 test dates:

# %% tags=["skip-execution"]
masses = mass_on_parts(maps, test[0][:500], test[1][:500])
anywhere = mass_on_parts(np.full_like(maps, 1 / 29), test[0][:500], test[1][:500])
for part, mass in masses.items():
    print(f"{part:5} {mass:.2f}, and {anywhere[part]:.2f} if it looked everywhere alike")

# %% [markdown]
# ## Experiment: five languages
#
# In English the month comes first, in French and German the day, in Korean and Japanese the year. One model for all of them, with half as many hidden units, learns from 18,000 dates for five epochs; that is about half a minute.

# %% tags=["skip-execution"]
train, test, characters = load_date_languages()
char_to_id = {char: id for id, char in enumerate(characters)}
(xs, ts), (test_xs, test_ts) = as_ids(train, 30), as_ids(test, 30)
rng, optimizer, curve = np.random.default_rng(14), Adam(), []
model = AttentionSeq2seq(len(characters), 16, 128, rng)
for epoch in range(5):
    optimizer.lr = 0.003 * (1 - epoch / 5)
    Trainer(model, optimizer).fit(reverse_inputs(xs), ts, 1, 64, max_grad=5.0, rng=rng, progress=False)
    curve.append(exact_match(model.generate(reverse_inputs(test_xs), char_to_id["_"], 10), test_ts[:, 1:]))
    print(f"epoch {epoch + 1}: {curve[-1]:.1%} of 2,000 unseen dates")

# %% [markdown]
# One day in the five languages; it is in no row that the model learnt from. The font of the picture may not have all signs, so year, month and day signs are shown as Y, M and D there, other such signs as a dot.

# %% tags=["skip-execution"]
same_day = {
    "English": "December 27, 1995", "Korean": "1995년 12월 27일", "French": "27 décembre 1995",
    "German": "27. Dezember 1995", "Japanese": "1995年12月27日",
}  # fmt: skip
texts, answer = list(same_day.values()), "_1995-12-27"
assert answer not in train[1], "a day that was not learnt"
day_xs, day_ts = as_ids((texts, [answer] * 5), 30)
maps = attention_map(model, reverse_inputs(day_xs), day_ts)[:, :, ::-1]
plot_attention(maps, texts, [answer[1:]] * 5, list(same_day))
for text, row in zip(texts, model.generate(reverse_inputs(day_xs), char_to_id["_"], 10), strict=True):
    print("".join(characters[id] for id in row), text)

# %% [markdown]
# The answer is written in the same order every time, and attention goes to wherever the date at hand has the next part. Several digits of the year may come from one state: read backwards, the state at the year's first digit has seen all four.

# %% [markdown]
# ## What to take along
#
# - The encoder keeps all its hidden states: the memory grows with the source.
# - Attention looks up in a soft dictionary: a query is scored against all keys, softmax makes weights of the scores, the values are added up by weight.
# - Padding is masked before the softmax.
# - The encoder's states get gradients as values and as keys, from every step; the last one also as the decoder's first state.
# - Dot product, general, additive: three scores. The first needs no parameters.
# - The weights can be looked at. They show where the model looked, not why.

# %% [markdown]
# One thing is lopsided still: state j of this encoder has read one side of its character only, never the other. The next assignment reads **both ways**.
