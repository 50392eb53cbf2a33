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
# # Let every step see the encoder's answer
#
# Reading the source backwards brought its beginning close to the beginning of the target. Its end it moved further away. In this assignment the encoder's answer goes to *every* step of the decoder, not to the first alone: a **peeky** decoder.
#
# Written for Python 3.11 and newer; it is graded with 3.11 or 3.12, where syntax of a later version does not run.
#
# | symbol | meaning | shape | name in code |
# | --- | --- | --- | --- |
# | `N` | batch | | |
# | `S`, `T` | source and target length | | |
# | `D`, `H`, `V` | word-vector, hidden, vocabulary size | | `wordvec_size`, `hidden_size`, `vocab_size` |
# | `x` | ids of the source; ids that the decoder reads | `(N, S)`; `(N, T)` | `xs` |
# | `t` | ids of the target, led by the start token | `(N, T)` | `ts` |
# | `h` | the encoder's answer: its last hidden state | `(N, H)` | `h` |
# | `h` at every step | the same vector `T` times | `(N, T, H)` | `repeated` |
# | `h` over time | the decoder's own hidden states | `(N, T, H)` | `hs` |
# | `Wx`, `Wh`, `b` | weights of the decoder's LSTM | `(H + D, 4H)`, `(H, 4H)`, `(4H,)` | `params[1:4]` |
# | `W`, `b` | weights of its affine layer | `(2H, V)`, `(V,)` | `params[4:6]` |
# | `s` | scores of the next character | `(N, T, V)` | `scores` |
# | `dh` | gradient of the encoder's answer, all ways summed | `(N, H)` | result of `backward` |

# %% [markdown]
# ## The rules of this sheet
#
# - NumPy only. A loop over time is needed in `generate`, a loop over the batch nowhere.
# - Names and shapes are as the docstrings say; the batch comes first.
# - `forward` leaves its inputs as they are, `backward` its upstream gradient too.
# - `backward` **overwrites** the arrays in `grads` in place; it adds nothing to the last call's.
# - Nothing is left in the decoder from one call to the next.
# - All that earlier assignments asked for (`TimeLSTM`, `Encoder`, `Seq2seq`, `reverse_inputs` …) is handed out.
# - Write where a cell raises `NotImplementedError`, in place of that line. At first every check fails: that is right.
# - The checks you see are small; the hidden ones ask the same of other sizes.

# %% nbgrader={"grade": false, "grade_id": "imports", "locked": true, "schema_version": 3, "solution": false, "task": false}
import numpy as np
from given import (
    Adam, Decoder, Encoder, Seq2seq, TimeAffine, TimeEmbedding, TimeLSTM, TimeSoftmaxWithLoss, Trainer,
    draw_paths_to_h, draw_peeky_step, draw_seq2seq, encode_texts, exact_match, expected_curves, learning_curve,
    load_addition, numerical_gradient, plot_agreement, plot_by_place, plot_curves, plot_distributions, plot_heatmaps,
    reverse_inputs, time_lags, toy_words,
)  # fmt: skip

# %% [markdown]
# ## What reversal left undone
#
# Here is the model so far. The encoder reads the question `57+5` backwards, and everything that it found out is in one vector, h. Look at where h goes.

# %%
draw_seq2seq(list("5+75"), list("_62 "), title="The plain decoder: h arrives once")

# %% [markdown]
# h is the state that the decoder's first step starts from. No later step sees it again. If step 10 needs something from it, nine steps must have carried it in their own state, besides everything else that they had to do, through nine forget gates.
#
# How much of h is left then? That can be measured without any training: let the decoder read the same ids twice, the second time with the h of **another** row, and see how far the scores move at each step.

# %%
def dependence_on_h(decoder, xs, h):
    """The mean change of the scores at every step, (T,), when each row gets the h of its neighbour."""
    return np.abs(decoder.forward(xs, h) - decoder.forward(xs, np.roll(h, 1, axis=0))).mean(axis=(0, 2))


rng = np.random.default_rng(1)
xs, h = rng.integers(13, size=(50, 16)), rng.uniform(-0.5, 0.5, (50, 128)).astype(np.float32)
dependence = {"plain decoder, untrained": dependence_on_h(Decoder(13, 16, 128, rng), xs, h)}
plot_by_place(dependence, "change of the scores", xlabel="step of the decoder", log=True)

# %% [markdown]
# The axis is logarithmic, and the curve is almost a straight line: every step loses about a third of what was left. At step 16 the decoder says nearly the same, whatever was asked. (Training teaches the gates to hold on longer. How long, we shall see below.)
#
# Gradients take the same way back: what step 16 got wrong hardly reaches the encoder.
#
# ## Let every step see h
#
# The remedy takes one sentence: **h joins the input of the LSTM, and that of the affine layer, at every step.**

# %%
draw_seq2seq(list("5+75"), list("_62 "), peeky=True, title="The peeky decoder: h arrives at every step")

# %% [markdown]
# h is still the first state, too. But now no step has to carry it for the sake of others.
#
# What does this do to the lags of the last assignment, the steps of recurrence from reading token i to writing token i? Reversed, there were i in the encoder and i + 1 in the decoder. With h at hand in every step, only the last of the decoder's steps remains: the **shortest** way is i + 1 long.

# %%
reversed_lags = time_lags(6, 6, True)
lags = {"plain": time_lags(6, 6, False), "reversed": reversed_lags, "reversed + peeky": (reversed_lags + 1) // 2}
plot_distributions(lags, list("012345"), "steps between reading token i and writing it")

# %% [markdown]
# The last tokens gain most. What is left of the lags belongs to the encoder, which still has to put all it read into one vector.
#
# ### repeat_over_time — one vector, T times
#
# Before h can be joined to something of shape `(N, T, ...)`, it needs a time axis: the same vector at every step.
#
# **What shape?** h is `(2, 3)`. What are the shapes of `h[:, None, :]` and `h[None, :, :]`, and in which of them is the new axis the time?
#
# <details><summary>Answer</summary>
#
# `(2, 1, 3)` and `(1, 2, 3)`. The first: the batch stays in front, and time is the axis in the middle.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The result has T times as many numbers as h. Along which axis are they all equal?
#
# </details>
# <details><summary>Hint 2</summary>
#
# An axis of length 1 can be made longer: `np.repeat` takes an `axis`, `np.tile` a number for each axis, `np.broadcast_to` a shape.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: h `(N, H)`; with a new axis `(N, 1, H)`; repeated `(N, T, H)`. No `reshape` is needed; one that mixes rows and steps passes for the right shape.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "repeat_over_time", "locked": false, "schema_version": 3, "solution": true, "task": false}
def repeat_over_time(h, T):
    """The same vector at every time step: h (N, H), T int >= 1 -> (N, T, H), in the dtype of h."""
    # repeat_over_time: about 1 line
    ### BEGIN SOLUTION
    return np.repeat(h[:, None, :], T, axis=1)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "repeat_over_time_check", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
h = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
repeated = repeat_over_time(h, 5)
assert repeated.shape == (2, 5, 3), repeated.shape
assert all(np.array_equal(repeated[:, t], h) for t in range(5)), "h at every step, and rows stay apart"
assert np.array_equal(repeat_over_time(h, 1), h[:, None]), "a single step has a time axis as well"
assert repeat_over_time(h.astype(np.float32), 2).dtype == np.float32, "the dtype stays"

# %% [markdown]
# To see it: the first row of some h over eight steps, beside what a decoder reads.

# %%
rng = np.random.default_rng(2)
repeated, words = repeat_over_time(rng.normal(size=(1, 6)), 8), rng.normal(size=(1, 8, 4))
plot_heatmaps({"h, repeated": repeated[0].T, "word vectors": words[0].T}, "time step", "unit")

# %% [markdown]
# Stripes on the left: nothing changes over time. On the right every column is another word vector.
#
# ## The peeky decoder
#
# One step, with its shapes. h comes first wherever it is joined to something: `np.concatenate` along the last axis.

# %%
draw_peeky_step()

# %% [markdown]
# The layers are those of the plain decoder, two of them with wider inputs. As all steps see the same h, joining can be done for the whole sequence at once, and the LSTM and the affine layer run as ever.
#
# **What shape?** N = 2, T = 7, D = 3, H = 5, V = 11. What are the shapes of both joined arrays, of `Wx` and of the affine layer's `W`?
#
# <details><summary>Answer</summary>
#
# `(2, 7, 8)` and `(2, 7, 10)`; `Wx (8, 20)` and `W (10, 11)`. `Wh` stays `(5, 20)`.
#
# </details>
#
# The next cell has three parts, each explained below it: do the weights and `forward` first, run that check, and come back.

# %% nbgrader={"grade": false, "grade_id": "PeekyDecoder", "locked": false, "schema_version": 3, "solution": true, "task": false}
class PeekyDecoder:
    """A decoder that sees the encoder's h at every step: h joins the input of the LSTM and that of the affine layer.

    PeekyDecoder(vocab_size, wordvec_size, hidden_size, rng=None), rng a numpy.random.Generator (the same seed gives
    the same weights; without one they differ from run to run).

    params, grads: six arrays each, from input to output: embedding W (V, D); Wx (H + D, 4H), Wh (H, 4H), b (4H,);
    affine W (2H, V), b (V,). Wherever h is joined to something, h comes first. All float32; embedding N(0, 1)/100,
    matrices N(0, 1)/sqrt(rows), biases zero.
    embed, lstm, affine: the layers.
    Every call of forward or generate starts from h and a zero cell state; nothing is left from the call before.
    """

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        # peeky_decoder_forward: about 10 lines
        ### BEGIN SOLUTION
        V, D, H = vocab_size, wordvec_size, hidden_size
        rng = np.random.default_rng() if rng is None else rng

        def draw(rows, columns, scale):
            return (rng.standard_normal((rows, columns)) * scale).astype(np.float32)

        self.embed = TimeEmbedding(draw(V, D, 0.01))
        Wx, Wh = draw(H + D, 4 * H, (H + D) ** -0.5), draw(H, 4 * H, H**-0.5)
        self.lstm = TimeLSTM(Wx, Wh, np.zeros(4 * H, np.float32), stateful=True)
        self.affine = TimeAffine(draw(2 * H, V, (2 * H) ** -0.5), np.zeros(V, np.float32))
        self.params = self.embed.params + self.lstm.params + self.affine.params
        self.grads = self.embed.grads + self.lstm.grads + self.affine.grads
        ### END SOLUTION

    def forward(self, xs, h):
        """Score the next character at every step of given inputs: xs (N, T) int ids, h (N, H) -> scores (N, T, V)."""
        # peeky_decoder_forward: about 4 lines
        ### BEGIN SOLUTION
        self.lstm.set_state(h)
        repeated = repeat_over_time(h, xs.shape[1])
        hs = self.lstm.forward(np.concatenate([repeated, self.embed.forward(xs)], axis=2))
        return self.affine.forward(np.concatenate([repeated, hs], axis=2))
        ### END SOLUTION

    def backward(self, dscores):
        """Overwrite grads in place from dscores (N, T, V); returns dh (N, H), by every path from h to the scores."""
        # peeky_decoder_backward: about 5 lines
        ### BEGIN SOLUTION
        H = len(self.lstm.params[1])
        djoined_hs = self.affine.backward(dscores)
        djoined_xs = self.lstm.backward(djoined_hs[:, :, H:])
        self.embed.backward(djoined_xs[:, :, H:])
        return self.lstm.dh + djoined_hs[:, :, :H].sum(axis=1) + djoined_xs[:, :, :H].sum(axis=1)
        ### END SOLUTION

    def generate(self, h, start_id, sample_size):
        """Write greedily, all rows of the batch at once: the best-scored id of each step is the next step's input.

        h (N, H); start_id int, the first input, which is not part of the result; sample_size int >= 1
        returns int array (N, sample_size); of equal scores the smallest id wins
        """
        # peeky_decoder_generate: about 9 lines
        ### BEGIN SOLUTION
        self.lstm.set_state(h)
        repeated = repeat_over_time(h, 1)
        ids = np.full((len(h), sample_size + 1), start_id, dtype=np.int64)
        for t in range(sample_size):
            x = self.embed.forward(ids[:, t : t + 1])
            hs = self.lstm.forward(np.concatenate([repeated, x], axis=2))
            scores = self.affine.forward(np.concatenate([repeated, hs], axis=2))
            ids[:, t + 1] = scores[:, 0].argmax(axis=1)
        return ids[:, 1:]
        ### END SOLUTION

# %% [markdown]
# ### peeky_decoder_forward — join, read, join, score
#
# Start the LSTM from h, join h to the word vectors, run the LSTM, join h to its hidden states, and map the result to scores.
#
# The matrices are drawn from N(0, 1)/sqrt(rows). Two of them have more rows now.
#
# <details><summary>Hint 1</summary>
#
# Compare with `Decoder`: it has three layers, a first state, and one line that runs the layers. Which two places between the layers change?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.concatenate([first, second], axis=2)`. A stateful LSTM takes its first state by `set_state`; without a c, c is zero.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: repeated `(N, T, H)`; word vectors `(N, T, D)`; joined `(N, T, H + D)`; hs `(N, T, H)`; joined `(N, T, 2H)`; scores `(N, T, V)`.
#
# </details>

# %% nbgrader={"grade": true, "grade_id": "peeky_decoder_forward", "locked": true, "points": 24, "schema_version": 3, "solution": false, "task": false}
decoder = PeekyDecoder(7, 2, 3, np.random.default_rng(0))
assert [p.shape for p in decoder.params] == [(7, 2), (5, 12), (3, 12), (12,), (6, 7), (7,)]
assert all(p.dtype == np.float32 for p in decoder.params), "float32"
again = PeekyDecoder(7, 2, 3, np.random.default_rng(0))
assert all(np.array_equal(p, q) for p, q in zip(decoder.params, again.params, strict=True)), "same seed, same weights"
large = PeekyDecoder(100, 30, 90, np.random.default_rng(0))
assert not any(large.params[i].any() for i in (3, 5)), "biases start at zero"
assert 0.9 < large.params[0].std() * 100 < 1.1, "the embedding is drawn small"
assert 0.9 < large.params[1].std() * np.sqrt(120) < 1.1, "Wx has H + D rows"
assert 0.9 < large.params[4].std() * np.sqrt(180) < 1.1, "W has 2H rows"
tiny, xs, h = PeekyDecoder(2, 1, 1), np.array([[0, 1, 0]]), np.ones((1, 1), np.float32)
embed, Wx, Wh, b, W, _ = tiny.params
for param in tiny.params:
    param[...] = 0
W[...] = [[2, 3], [0, 0]]  # the scores look at h only
by_h = tiny.forward(np.vstack([xs, xs]), np.array([[1], [10]], np.float32))
assert np.allclose(by_h, [[[2, 3]] * 3, [[20, 30]] * 3]), "at every step the affine layer sees h, before hs"
W[...], Wx[0, 1] = [[0, 0], [2, 4]], np.log(3)  # now at hs only; the candidate g = tanh(log 3 * h) = 4/5
cs = [0.4, 0.6, 0.7]  # each step halves c, and adds g i = 4/5 * 1/2
assert np.allclose(tiny.forward(xs, h), np.outer(0.5 * np.tanh(cs), [2, 4])), "at every step the LSTM sees h, before x"
Wx[0, 1], Wx[1, 1], embed[0] = 0, np.log(3), 1
assert np.allclose(tiny.forward(xs[:, :1], h), np.outer(0.5 * np.tanh(0.4), [2, 4])), "x comes after h"
Wx[1, 1], Wh[0, 1] = 0, np.log(3)
assert np.allclose(tiny.forward(xs[:, :1], h), np.outer(0.5 * np.tanh(0.4), [2, 4])), "h is the first state, too"

# %% [markdown]
# The measurement from above, for both kinds of decoder:

# %%
rng = np.random.default_rng(1)
xs, h = rng.integers(13, size=(50, 16)), rng.uniform(-0.5, 0.5, (50, 128)).astype(np.float32)
dependence["peeky decoder, untrained"] = dependence_on_h(PeekyDecoder(13, 16, 128, rng), xs, h)
plot_by_place(dependence, "change of the scores", xlabel="step of the decoder", log=True)

# %% [markdown]
# Step 16 depends on h as much as step 1 does. Nothing has been learnt yet: this comes from the structure alone.
#
# ## All ways back to h
#
# h is used at 2T + 1 places now. Each sends a gradient back, and `dh` is the sum of them all: T from the affine layer's input, T from the LSTM's input, and one from the first state.

# %%
draw_paths_to_h(3)

# %% [markdown]
# ### peeky_decoder_backward — cut apart what was joined
#
# Go through `forward` from its last line to its first. Where two arrays were joined, cut their gradient into the same two parts; where one vector was repeated, sum over the steps.
#
# **What shape?** `affine.backward` returns the gradient of its input. N = 2, T = 7, H = 5: what shape has that, and what shapes have the parts for h and for hs?
#
# <details><summary>Answer</summary>
#
# `(2, 7, 10)`; both parts are `(2, 7, 5)`. Only the part for h is then summed over time, to `(2, 5)`: the other goes on to the LSTM, step by step.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Count the ends of the arrows in the picture: which three things are added up at its left edge, and at which moment of `backward` is each of them known?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Slices along the last axis, `[:, :, :H]` and `[:, :, H:]`, undo a join. `sum(axis=1)` undoes the repetition. After `backward`, a `TimeLSTM` holds the gradient of its first state.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: gradient of the affine input `(N, T, 2H)`, cut at H; of the LSTM's input `(N, T, H + D)`, cut at H, the rest `(N, T, D)` for the embedding; three summands `(N, H)`.
#
# </details>

# %% nbgrader={"grade": true, "grade_id": "peeky_decoder_backward", "locked": true, "points": 26, "schema_version": 3, "solution": false, "task": false}
tiny, xs, h = PeekyDecoder(2, 1, 1), np.array([[0, 1, 0]]), np.zeros((1, 1), np.float32)
embed, Wx, Wh, b, W, _ = tiny.params
for param in tiny.params:
    param[...] = 0
W[...] = [[2, 3], [0, 0]]  # only the way through the affine layer is open
tiny.forward(np.vstack([xs, xs]), np.vstack([h, h]))
dscores = np.array([[[1, 1]] * 3, [[0, 1]] * 3], np.float32)
assert np.allclose(tiny.backward(dscores), [[15], [9]]), "2 + 3 at each of three steps; 3 in the second row"
W[...], Wx[0, 1] = [[0, 0], [1, 0]], 8  # only the way through the LSTM's input
tiny.forward(xs, h)
last = np.array([[[0, 0], [0, 0], [1, 0]]], np.float32)
assert np.allclose(tiny.backward(last), 8 * 7 / 16), "1/4 + 1/8 + 1/16: o i, and one more f per step back"
Wx[...], Wh[0, 1] = 0, 8  # only the first state
tiny.forward(xs, h)
assert np.allclose(tiny.backward(last[:, ::-1]), 8 / 4), "the loss is a score of step 0: o i, once"
W[0], Wx[:, 1] = [2, 3], [8, 4]  # all three are open, and x joins in
tiny.forward(xs[:, :1], h)
kept, all_ways = tiny.grads[0], tiny.backward(np.ones((1, 1, 2), np.float32))
assert np.allclose(all_ways, 5 + 2 + 2), "the sum of all ways"
assert np.allclose(tiny.grads[0], [[4 / 4], [0]]), "the embedding gets the part of x, not that of h"
tiny.backward(np.ones((1, 1, 2), np.float32))
assert tiny.grads[0] is kept, "write into the array: grad[...] = value"
assert np.allclose(tiny.grads[5], [1, 1]), "a second call must overwrite, not add"

# %% [markdown]
# And against numbers found by moving h a little (float32 is coarse, so the step is large):

# %%
def both_gradients(decoder, xs, h, weight):
    """The gradient of h (N, H), float64, as `backward` has it, and by moving each number of h a little."""
    numerical = numerical_gradient(lambda: np.sum(weight * decoder.forward(xs, h.astype(np.float32))), h, eps=1e-2)
    decoder.forward(xs, h.astype(np.float32))
    return decoder.backward(weight), numerical


rng, pairs = np.random.default_rng(3), {}
for steps in (1, 4, 16):
    decoder, xs, h = PeekyDecoder(7, 4, 5, rng), rng.integers(7, size=(2, steps)), rng.normal(size=(2, 5))
    pairs[f"T = {steps}"] = both_gradients(decoder, xs, h, rng.normal(size=(2, steps, 7)).astype(np.float32))
plot_agreement(pairs, "gradient of h")

# %% [markdown]
# All dots lie on the line if no way was forgotten. A way that is missing shows most at T = 16, where it is missing 16 times.
#
# ### peeky_decoder_generate — one step at a time
#
# As in the plain decoder: the best-scored id of each step is the next step's input. But every step, not the first alone, gets h.
#
# **What shape?** One turn of the loop, N = 2 and H = 5: the word vectors have a time axis of length 1. What shape must h have to be joined to them?
#
# <details><summary>Answer</summary>
#
# `(2, 1, 5)`: repeated over one step.
#
# </details>
#
# <details><summary>Hint 1</summary>
#
# The state must come from h once. What must happen again in each turn of the loop?
#
# </details>
# <details><summary>Hint 2</summary>
#
# A slice such as `ids[:, t : t + 1]` keeps the time axis. `argmax(axis=1)` gives the smallest id of equal scores.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes within the loop: ids `(N, 1)`; word vectors `(N, 1, D)`; repeated `(N, 1, H)`; scores `(N, 1, V)`; best ids `(N,)`.
#
# </details>

# %% nbgrader={"grade": true, "grade_id": "peeky_decoder_generate", "locked": true, "points": 16, "schema_version": 3, "solution": false, "task": false}
tiny = PeekyDecoder(2, 1, 1)
for param in tiny.params:
    param[...] = 0
tiny.params[4][...] = [[-1, 1], [0, 0]]  # a positive h asks for id 1, a negative one for id 0
answers = tiny.generate(np.array([[1], [-1], [0]], np.float32), 1, 4)
assert np.array_equal(answers, [[1, 1, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]]), "rows, h at every step, smallest id"
rng = np.random.default_rng(4)
decoder, h = PeekyDecoder(7, 2, 3, rng), rng.normal(size=(50, 3)).astype(np.float32)
for param in decoder.params:
    param *= 10
written = decoder.generate(h, 5, 6)
assert written.shape == (50, 6), "without the start id"
read = np.hstack([np.full((50, 1), 5), written[:, :-1]])
assert np.array_equal(decoder.forward(read, h).argmax(axis=2), written), "as forward scores its own output"
assert np.array_equal(decoder.generate(h, 5, 6), written), "nothing is left from the call before"

# %% [markdown]
# What does an untrained peeky decoder write, started from six different h?

# %%
rng = np.random.default_rng(5)
decoder, h = PeekyDecoder(26, 16, 64, rng), rng.uniform(-1, 1, (6, 64)).astype(np.float32)
for text in decoder.generate(h, 0, 32):
    print("".join(chr(ord("a") + id) for id in text))

# %% [markdown]
# Each h soon settles on one letter, since it says the same at every step. So the state still has a task that h cannot take over, which is to know whose turn it is. What it need not do any more is to carry the question.
#
# ## The whole model
#
# An encoder as before, the new decoder, and the loss. `Seq2seq` brings `forward`, `backward` and `generate` along: they only use the two parts and the loss layer, whichever decoder that is.
#
# ### peeky_seq2seq — the same encoder, another decoder
#
# **What shape?** The gradient that the decoder hands to the encoder is a sum of 2T + 1 parts. What does `Encoder.backward` have to know of this?
#
# <details><summary>Answer</summary>
#
# Nothing. It gets one `dh (N, H)`, as from the plain decoder.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `Seq2seq.__init__`, which you find in `given.py`, makes five things. Which one must be another here, and which two change because of it?
#
# </details>
# <details><summary>Hint 2</summary>
#
# One `rng` draws everything, so that the seed alone decides. Adding two lists joins them, and the arrays in them stay the same arrays.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Ten params: `(V, D)`, `(D, 4H)`, `(H, 4H)`, `(4H,)` for the encoder; `(V, D)`, `(H + D, 4H)`, `(H, 4H)`, `(4H,)`, `(2H, V)`, `(V,)` for the decoder.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "PeekySeq2seq", "locked": false, "schema_version": 3, "solution": true, "task": false}
class PeekySeq2seq(Seq2seq):
    """A Seq2seq whose decoder is a PeekyDecoder; forward, backward and generate as in Seq2seq.

    PeekySeq2seq(vocab_size, wordvec_size, hidden_size, rng=None), rng as for PeekyDecoder.
    encoder, decoder: the two parts, drawn in either order. loss_layer: a TimeSoftmaxWithLoss.
    params, grads: ten arrays each, the encoder's before the decoder's.
    """

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        # peeky_seq2seq: about 6 lines
        ### BEGIN SOLUTION
        rng = np.random.default_rng() if rng is None else rng
        self.encoder = Encoder(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = PeekyDecoder(vocab_size, wordvec_size, hidden_size, rng)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = self.encoder.params + self.decoder.params
        self.grads = self.encoder.grads + self.decoder.grads
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "peeky_seq2seq", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
model, again = (PeekySeq2seq(5, 2, 3, np.random.default_rng(0)) for _ in range(2))
encoder_shapes, decoder_shapes = [(5, 2), (2, 12), (3, 12), (12,)], [(5, 2), (5, 12), (3, 12), (12,), (6, 5), (5,)]
assert [p.shape for p in model.params] == encoder_shapes + decoder_shapes
assert [g.shape for g in model.grads] == encoder_shapes + decoder_shapes, "one gradient per parameter, in that order"
assert all(np.array_equal(p, q) for p, q in zip(model.params, again.params, strict=True)), "same seed, same weights"
assert not np.array_equal(model.params[0], model.params[4]), "but not the same weights twice in one model"
for param in model.params:
    param[...] = 0
xs, ts = np.array([[1, 2]]), np.array([[0, 1, 2]])
model.params[8][0, 1] = 1  # h's first number is the score of id 1, at every step
assert np.isclose(model.forward(xs, ts), np.log(5)), "h is 0 here: all five ids are as likely"
model.backward()
assert np.allclose(model.grads[9], [0.2, -0.3, -0.3, 0.2, 0.2]), "1/5 each, less 1 at the label, mean of two steps"
assert np.isclose(model.grads[3][3], -0.3 * 3 / 8), "and on to the encoder's candidate: 1/4 at one step, 1/8 before"
model.params[3][3] = 1
assert np.array_equal(model.generate(xs, 0, 4), [[1, 1, 1, 1]]), "h is positive now"

# %% [markdown]
# A fresh model has not learnt anything. Which loss do you expect with 13 characters? Think of a number first.

# %%
rng = np.random.default_rng(6)
fresh, xs, ts = PeekySeq2seq(13, 16, 128, rng), rng.integers(13, size=(50, 7)), rng.integers(13, size=(50, 5))
print(f"loss {fresh.forward(xs, ts):.3f} nats, log(13) = {np.log(13):.3f}")

# %% [markdown]
# About log 13, as for any model that knows nothing.
#
# ## What it costs
#
# Two matrices have more rows, so the model has more numbers to learn and every step has more to multiply.
#
# ### parameter_count — how many numbers a model learns
#
# **What shape?** By how many numbers do `Wx` and the affine `W` grow, in H and V?
#
# <details><summary>Answer</summary>
#
# `Wx` from `(D, 4H)` to `(H + D, 4H)`: 4H² more. `W` from `(H, V)` to `(2H, V)`: HV more.
#
# </details>
# <details><summary>Hint 1</summary>
#
# All that a model learns is in one list.
#
# </details>
# <details><summary>Hint 2</summary>
#
# An array knows how many numbers it holds: the product of its shape. `len` tells the rows only.
#
# </details>
# <details><summary>Hint 3</summary>
#
# A matrix `(2, 3)` and a bias `(5,)` count 11. The result is an `int` of Python.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "parameter_count", "locked": false, "schema_version": 3, "solution": true, "task": false}
def parameter_count(model):
    """How many numbers a model learns: a plain int. model.params is a list of arrays; every array counts once."""
    # parameter_count: about 1 line
    ### BEGIN SOLUTION
    return sum(param.size for param in model.params)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "parameter_count_check", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
plain, peeky = Seq2seq(5, 2, 3), PeekySeq2seq(5, 2, 3)
assert parameter_count(plain) == 82 + 102, "encoder 10 + 24 + 36 + 12, decoder 10 + 24 + 36 + 12 + 15 + 5"
assert parameter_count(peeky) == 82 + 153, "in the decoder 60 in place of 24, and 30 in place of 15"
assert type(parameter_count(peeky)) is int

# %% [markdown]
# For the sizes of the toy task below, of full addition, and of the dates of the next assignment:

# %%
print(f"{'V':>5} {'D':>5} {'H':>5} {'plain':>10} {'peeky':>10}   more")
for V, D, H in ((4, 16, 64), (13, 16, 128), (47, 16, 256)):
    plain, peeky = (parameter_count(model_class(V, D, H)) for model_class in (Seq2seq, PeekySeq2seq))
    print(f"{V:5} {D:5} {H:5} {plain:10,} {peeky:10,}  +{peeky / plain - 1:.0%} = 4H² + HV = {4 * H * H + H * V:,}")

# %% [markdown]
# A good third to a half more. So a fair question is whether a larger plain model would do as well. We shall ask it.
#
# ## Words to be repeated
#
# The toy task has no arithmetic, only memory: read a word of 16 letters, each `a` or `b`, and write it again. There are 65,536 such words, each letter is a surprise of log 2, and none helps to guess another. All 16 bits have to go through h.

# %%
rng = np.random.default_rng(7)
words, char_to_id = toy_words(4500, 16, "ab", rng), {" ": 0, "_": 1, "a": 2, "b": 3}
xs, ts = encode_texts(words, char_to_id, 16), encode_texts(["_" + word for word in words], char_to_id, 17)
unseen_xs, unseen_ts = reverse_inputs(xs[4000:]), ts[4000:]
print(words[0], xs[0], ts[0], sep="\n")

# %% [markdown]
# ### peeky_training — reversed + peeky against reversed alone
#
# It trains your own pieces together: unlike elsewhere, a mistake in one of them may cost points here as well.
#
# There is nothing to write here. The cell below trains a model on 4,000 words, read backwards; it takes a few seconds per model.

# %% nbgrader={"grade": false, "grade_id": "train_toy_repeater", "locked": true, "schema_version": 3, "solution": false, "task": false}
def train_toy_repeater(model_class, xs, ts, vocab_size, seed, curve=None):
    """A model trained on sources xs (N, S), read backwards, and targets ts (N, T): weights from `seed`.

    model_class  Seq2seq or PeekySeq2seq; hidden size 64, 10 epochs in batches of 32, with steps that get smaller
    curve        a list that gets the mean training loss of every epoch, or None
    returns      the trained model
    """
    rng, epochs = np.random.default_rng(seed), 10
    model, optimizer = model_class(vocab_size, 16, 64, rng), Adam()
    trainer = Trainer(model, optimizer)
    for epoch in range(epochs):
        optimizer.lr = 0.007 * (1 - epoch / epochs)
        losses = trainer.fit(reverse_inputs(xs), ts, 1, 32, max_grad=5.0, rng=rng, progress=False)
        if curve is not None:
            curve.extend(losses)
    return model

# %% nbgrader={"grade": true, "grade_id": "peeky_training", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
curves, trained, reached = {}, {}, {}
for name, model_class in (("reversed", Seq2seq), ("reversed + peeky", PeekySeq2seq)):
    curves[name] = []
    trained[name] = train_toy_repeater(model_class, xs[:4000], ts[:4000], 4, seed=8, curve=curves[name])
    reached[name] = exact_match(trained[name].generate(unseen_xs, 1, 16), unseen_ts[:, 1:])
    print(f"{name:17} {reached[name]:.1%} of 500 unseen words repeated without a mistake")
plot_curves(curves, "training loss", {"guessing": np.log(2)})
assert reached["reversed + peeky"] > 0.5 > reached["reversed"], "see the questions of the peeky decoder"

# %% [markdown]
# Both saw the same words, as often. Where does the plain decoder fail? Letter by letter: how often each is right, and, by the measurement from the beginning, how much each step's scores depend on h.

# %% tags=["skip-execution"]
right, dependence = {}, {}
for name, model in trained.items():
    right[name] = (model.generate(unseen_xs, 1, 16) == unseen_ts[:, 1:]).mean(axis=0)
    dependence[name] = dependence_on_h(model.decoder, unseen_ts[:, :-1], model.encoder.forward(unseen_xs))
plot_by_place(right, "share of letters right", xlabel="step of the decoder", bounds={"guessing": 0.5})
plot_by_place(dependence, "change of the scores", xlabel="step of the decoder")

# %% [markdown]
# The two pictures are one story. Training has taught the plain decoder to hold on to h for about half of the word; then its dependence on h falls, and the letters sink towards guessing. The peeky decoder has nothing to hold on to, and neither of its curves falls off.
#
# Now the fair question: is it the way, or only the larger number of weights? A plain model with 77 hidden units has nearly as many as the peeky one with 64.

# %% tags=["skip-execution"]
def wide_seq2seq(vocab_size, wordvec_size, hidden_size, rng):
    """A plain model with as many parameters as a peeky one of 64 hidden units; hidden_size is not used."""
    return Seq2seq(vocab_size, wordvec_size, 77, rng)


trained["reversed, wide"] = train_toy_repeater(wide_seq2seq, xs[:4000], ts[:4000], 4, seed=8)
reached["reversed, wide"] = exact_match(trained["reversed, wide"].generate(unseen_xs, 1, 16), unseen_ts[:, 1:])
for name, model in trained.items():
    print(f"{name:17} {parameter_count(model):7,} parameters, {reached[name]:6.1%} of unseen words")

# %% [markdown]
# It is the way. (One seed proves little: change it and run again. The numbers move, the order stays.)
#
# ## Experiment: full addition, all three
#
# Sums of numbers of up to three digits: 45,000 questions to learn from, 5,000 to be judged by. The curves to expect are medians of three seeds. Only the third model is trained here, which takes about two minutes on one core. To train another, put `Seq2seq` for `PeekySeq2seq`, or `False` for `True`. These cells are not run when your notebook is graded.

# %% tags=["skip-execution"]
train, test, characters = load_addition()
char_to_id = {char: id for id, char in enumerate(characters)}
train, test = ((encode_texts(asked, char_to_id, 7), encode_texts(said, char_to_id, 5)) for asked, said in (train, test))
epochs, models = 25, []


def make_model(rng):
    models.append(PeekySeq2seq(len(characters), 16, 128, rng))
    return models[-1]


yours = learning_curve(make_model, train, test, epochs, 128, True, np.random.default_rng(9))
expected = expected_curves("plain", "reversed", "reversed + peeky")
plot_curves({"reversed + peeky, yours": yours} | expected, "exact match on unseen sums")

# %% [markdown]
# How many epochs did each need?

# %% tags=["skip-execution"]
for name, curve in {"reversed + peeky, yours": yours, **expected}.items():
    epochs_to = [next((str(i) for i, share in enumerate(curve, 1) if share >= level), "-") for level in (0.5, 0.9)]
    print(f"{name:27} half right after {epochs_to[0]:>2}, 90 % after {epochs_to[1]:>2}, at the end {curve[-1]:.1%}")

# %% [markdown]
# Reversal decides how far a model gets in this time; h at every step makes it learn sooner. By the end, reversal alone has caught up in the median, though not with every seed: an answer has four characters only, and so far the plain decoder can be taught to carry h. For 16 letters, in the time that it had, it could not.
#
# And what is still wrong? By how much does a wrong sum miss?

# %% tags=["skip-execution"]
answers = models[-1].generate(reverse_inputs(test[0]), char_to_id["_"], 4)
texts = [["".join(characters[id] for id in row).strip() for row in rows] for rows in (test[0], answers, test[1][:, 1:])]
wrong = {asked: (said, true) for asked, said, true in zip(*texts, strict=True) if said != true}
for asked, (said, true) in list(wrong.items())[:8]:
    print(f"{asked:>7} = {true}, the model says {said}")
misses = [abs(int(said) - int(true)) for said, true in wrong.values() if said.isdigit()]
for size in (1, 10, 100):
    print(f"{misses.count(size):3} of {len(wrong)} different questions answered wrongly miss by {size}")

# %% [markdown]
# Most misses are by one in a single place: by 1, by 10 or by 100. (Short questions are few and come many times among the 5,000, so that one mistake there weighs a lot; that makes the curves jump.)

# %% [markdown]
# ## What to take along
#
# - A plain decoder meets the encoder's answer once and must carry it through every step; what is carried fades, forwards and backwards.
# - A peeky decoder joins it to both layers' inputs at every step: nothing needs to be carried.
# - Join in `forward`, cut in `backward`; repeat in `forward`, sum in `backward`.
# - It costs 4H² + HV more parameters. As many in a wider plain model do not buy the same.
#
# But all steps see the same h, which is no longer for a long source than for a short one: the next assignment lets each step look back at **all** states of the encoder, and choose.
