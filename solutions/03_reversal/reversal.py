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
# # Feed the question backwards
#
# An encoder reads a question into one vector, a decoder writes the answer from it. In the last assignment that was enough for small sums, and not for large ones. One line of code makes the same model learn faster; this sheet asks why, and how to be sure that it was this line.
#
# Written for Python 3.11 and newer; it is graded with 3.11 or 3.12, where syntax of a later version does not run.
#
# | symbol | meaning | shape | name in code |
# | --- | --- | --- | --- |
# | `N` | rows of a batch | | |
# | `S`, `T` | time steps of the source, of the target | | `source_length`, `target_length` |
# | `i` | place of a token, from 0 | | `i` |
# | `D`, `H`, `V` | word-vector size, hidden size, vocabulary size | | `wordvec_size`, `hidden_size`, `vocab_size` |
# | `x` | sources: questions as ids | `(N, S)` | `xs` |
# | `t` | targets: answers as ids, led by a start id | `(N, T)` | `ts` |
# | pad | the id that fills rows up on the right | | `pad_id` |
# | `h` | what the encoder hands to the decoder | `(N, H)` | `h` |
# | lag | steps from reading a token to writing its partner | `(min(S, T),)` | `time_lags` |
# | `dx` | gradient of the loss at the source's word vectors | `(N, S, D)` | `model.encoder.embed.dout` |

# %% [markdown]
# ## The rules of this sheet
#
# - NumPy only. Only `reverse_tokens` may loop over the rows of a batch; only `learning_curve` loops over epochs.
# - Names and shapes are as the docstrings say; the batch comes first.
# - No function changes the arrays that it is given.
# - Write where a cell raises `NotImplementedError`, in place of that line. At first every check fails: that is right.
# - The checks you see are small; the hidden ones ask the same of other sizes.

# %% nbgrader={"grade": false, "grade_id": "imports", "locked": true, "schema_version": 3, "solution": false, "task": false}
import numpy as np
from given import (
    Adam, Seq2seq, Trainer, draw_lags, draw_seq2seq, encode_texts, exact_match, expected_curves, load_addition,
    plot_by_place, plot_curves, plot_distributions, plot_heatmaps, toy_words,
)  # fmt: skip
from tqdm.auto import tqdm

# %% [markdown]
# ## Where the last curve stopped
#
# This is the curve to expect of the last assignment's model on full addition: 45,000 sums to learn from, 5,000 others to be judged by, 25 epochs. It is the median of three seeds.

# %%
expected = expected_curves("plain")
plot_curves(expected, "exact match on unseen sums", title="the model of the last assignment")
print(f"after 25 epochs {expected['plain, expected'][-1]:.0%} of the unseen sums are right")

# %% [markdown]
# The model has 150,000 numbers to adjust and has gone through its sums 25 times. What makes this so hard to learn?
#
# ## Distance in time
#
# Take a task that needs no arithmetic: read a word and write it again. Each letter that is written depends on one letter that was read. Below is every step of the recurrence, and an arc from the step that reads a letter to the step that writes it.

# %%
draw_lags({"read from the first letter": "abcd"}, "abcd")

# %% [markdown]
# What is known of `a` must survive four steps: three more letters are read into the same state, then h goes across and the decoder makes its first step. Every other letter travels as far.
#
# ### time_lags — steps from reading to writing
#
# Number all steps through: the encoder's from 0, the decoder's going on from there. The **lag** of token i is the number of the step that writes target token i, minus the number of the step that reads source token i.
#
# Here T counts the tokens that are written; the start token is not one of them.
#
# **What shape?** How many lags are there for S = 5 and T = 3, and for S = 3 and T = 5?
# <details><summary>Answer</summary>
#
# 3 both times: a token without a partner has no lag.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Take S = 3 and write the numbers of the steps beneath the picture. Which step reads token 0 if the source is read from its end? Which step writes target token 0?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.arange` numbers the tokens. Make two arrays from it, one of the steps that read and one of the steps that write. Only one of them depends on `reverse`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: numbers of the tokens, steps that read, steps that write, lags: `(min(S, T),)` each, all int.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "time_lags", "locked": false, "schema_version": 3, "solution": true, "task": false}
def time_lags(source_length, target_length, reverse):
    """Steps of recurrence between reading source token i and emitting target token i, the decoder's own step counted.

    source_length S, target_length T: int >= 1; reverse: whether the source is read backwards
    returns int array (min(S, T),)
    """
    # time_lags: about 4 lines
    ### BEGIN SOLUTION
    i = np.arange(min(source_length, target_length))
    read = source_length - 1 - i if reverse else i
    return source_length + i - read
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "time_lags_check", "locked": true, "points": 18, "schema_version": 3, "solution": false, "task": false}
assert np.array_equal(time_lags(4, 4, reverse=False), [4, 4, 4, 4]), "the four arcs of the picture"
assert np.array_equal(time_lags(3, 3, reverse=True), [1, 3, 5]), "token 0 is read in step 2 and written in step 3"
assert np.array_equal(time_lags(2, 5, reverse=True), [1, 3]), "two tokens are read: two lags"
assert np.array_equal(time_lags(5, 2, reverse=True), [1, 3]), "two tokens are written: two lags"
assert np.array_equal(time_lags(5, 2, reverse=False), [5, 5])
assert time_lags(3, 3, reverse=True).dtype.kind == "i", "steps are whole numbers"

# %% [markdown]
# Now the same word, read from its end. Your function does the counting for longer ones below.

# %%
draw_lags({"read from the first letter": "abcd", "read from the last letter": "dcba"}, "abcd")

# %%
for length in (4, 7, 12):
    for name, reverse in (("forwards", False), ("backwards", True)):
        lags = time_lags(length, length, reverse)
        print(f"S = T = {length:2}, {name:9}: least lag {lags.min():2}, mean {lags.mean():4.1f}, greatest {lags.max():2}")

# %% [markdown]
# As long as the target is no shorter than the source, turning it round shortens nothing on average: the mean stays S. Forwards each lag is S; backwards token i has the lag 2i + 1, so that the first one is **one** step away. (Where the target is shorter, the longest lags have no partner, and the mean falls too.)
#
# Sutskever, Vinyals and Le (2014, *Sequence to Sequence Learning with Neural Networks*) did this to the English side of English-French translation: test perplexity fell from 5.8 to 4.7, BLEU rose from 25.9 to 30.6. They put it down to the many short-term dependencies that appear.
#
# Why should one short lag be worth several longer ones?

# %% [markdown]
# ## Gradients that fade
#
# A model learns what its gradient tells it. In the first assignment a half-open forget gate halved the gradient at every step back; gradients that fade over many steps make long dependencies hard to learn (Bengio, Simard and Frasconi, 1994).
#
# Measure it on a whole model: how large is the gradient of the loss at each word vector that the encoder reads? A `Seq2seq` has it at hand: its `encoder.embed`, a `TimeEmbedding`, keeps the last gradient that came back to it in `.dout`.
#
# ### input_gradient_norms — how much the loss feels each place
#
# Take the L2 norm of the gradient at each source word vector, and the mean of these norms over the batch.

# %% [markdown]
# **What shape?** N = 2, S = 7, D = 3. What are the shapes of `dout` and of the result?
#
# <details><summary>Answer</summary>
#
# `(2, 7, 3)` and `(7,)`.
#
# </details>
# <details><summary>Hint 1</summary>
#
# Which two calls of the model have to come before there is a gradient to look at? And the model has two embeddings: which one reads the source?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.linalg.norm` takes an `axis`. First the norm of every vector, then the mean: in a mean of vectors, opposite ones cancel.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: gradient `(N, S, D)`; norms `(N, S)`; means `(S,)`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "input_gradient_norms", "locked": false, "schema_version": 3, "solution": true, "task": false}
def input_gradient_norms(model, xs, ts):
    """How strongly the loss depends on each source position, measured by gradients.

    model    a Seq2seq (or a subclass); its encoder.embed keeps its last upstream gradient in .dout (N, S, D)
    xs       (N, S) int, sources;  ts (N, T) int, targets led by the start id
    returns  float array (S,): the mean over the batch of the L2 norm of the loss gradient at each source word vector
    Changes model.grads, and no parameter.
    """
    # input_gradient_norms: about 3 lines
    ### BEGIN SOLUTION
    model.forward(xs, ts)
    model.backward()
    return np.linalg.norm(model.encoder.embed.dout, axis=2).mean(axis=0)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "input_gradient_norms_check", "locked": true, "points": 22, "schema_version": 3, "solution": false, "task": false}
model, twin = (Seq2seq(8, 2, 3, np.random.default_rng(0)) for _ in range(2))
for each in (model, twin):
    each.params[0] *= 100  # large word vectors, so that it matters which word stands where
before = [param.copy() for param in model.params]
few_xs, few_ts = np.array([[1, 2, 3], [4, 5, 6]]), np.array([[7, 1, 2], [7, 3, 4]])
norms = input_gradient_norms(model, few_xs, few_ts)
assert norms.shape == (3,), norms.shape
assert all(np.array_equal(*pair) for pair in zip(model.params, before, strict=True)), "no parameter changes"
Trainer(twin, Adam()).fit(few_xs, few_ts, epochs=1, batch_size=2, progress=False)  # one step, which fills its grads
felt = np.sqrt((twin.grads[0] ** 2).sum(axis=1))  # every id is read once: row k of dW is the gradient at word k
assert np.allclose(norms, [(felt[a] + felt[b]) / 2 for a, b in ((1, 4), (2, 5), (3, 6))], rtol=1e-4, atol=0), norms
model.params[0][2:4] = model.params[0][1]  # now 1, 2 and 3 are three names of one word
new, again = (input_gradient_norms(model, np.array([row, [4, 5, 6]]), few_ts) for row in ([1, 2, 3], [1, 1, 1]))
assert np.allclose(new, again, rtol=1e-4, atol=0), "places count, not words: a word may come three times"
assert not np.allclose(new, norms, rtol=1e-4, atol=0), "other word vectors, other gradients: measure at every call"

# %% [markdown]
# Words of 12 letters, to be written again, and a model that has learnt nothing yet. Measure twice: with the whole answer, and with its first letter only (the first two columns of the targets are the start token and that letter).

# %%
def word_rows(words, char_to_id):
    """Words as sources, and the same words led by `_` as targets."""
    length = len(words[0])
    targets = [f"_{word}" for word in words]
    return encode_texts(words, char_to_id, length), encode_texts(targets, char_to_id, length + 1)


char_to_id = {char: id for id, char in enumerate(" ab_")}
word_xs, word_ts = word_rows(toy_words(100, 12, "ab", np.random.default_rng(1)), char_to_id)
untrained = Seq2seq(len(char_to_id), 16, 64, np.random.default_rng(2))
norms = {
    "loss of the whole answer": input_gradient_norms(untrained, word_xs, word_ts),
    "loss of its first letter": input_gradient_norms(untrained, word_xs, word_ts[:, :2]),
}
plot_by_place(norms, "gradient norm", log=True)

# %% [markdown]
# The scale is logarithmic: the gradient shrinks by nearly the same factor with every step back. (The upper loss is that of one letter, the lower one a mean over twelve: hence the gap between the two lines.) The first letter of the answer should be copied from the first letter of the word, and this is the letter that its loss feels least. Every step of training listens mostly to letters that have nothing to do with it.
#
# ## The question from its end
#
# ### reverse_inputs — each row from its last id to its first
#
# Turn the time axis round, whatever the ids are. The target stays as it is: the answer is wanted in its usual order.

# %%
draw_seq2seq(list("cba"), list("_abc"), title="the source turned round, the target as it was")

# %% [markdown]
# **What shape?** xs is `(2, 7)`. Where does `xs[1, 0]` stand in the result?
#
# <details><summary>Answer</summary>
#
# At `[1, 6]`, in an array `(2, 7)`: rows stay where they are.
#
# </details>
# <details><summary>Hint 1</summary>
#
# Which axis of `xs` is time? What would `xs[::-1]` turn round?
#
# </details>
# <details><summary>Hint 2</summary>
#
# A slice may have a negative step; `np.flip` takes an axis.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: `(N, S)` in, `(N, S)` out.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "reverse_inputs", "locked": false, "schema_version": 3, "solution": true, "task": false}
def reverse_inputs(xs):
    """Every row of ids read backwards, its padding included: xs (N, S) -> (N, S) in the dtype of xs, left as it is."""
    # reverse_inputs: about 1 line
    ### BEGIN SOLUTION
    return xs[:, ::-1].copy()
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "reverse_inputs_check", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
few_xs = np.array([[1, 2, 3], [4, 5, 0]])
assert np.array_equal(reverse_inputs(few_xs), [[3, 2, 1], [0, 5, 4]]), "each row by itself, its padding included"
assert np.array_equal(few_xs, [[1, 2, 3], [4, 5, 0]]), "xs itself stays as it is"
assert np.array_equal(reverse_inputs(reverse_inputs(few_xs)), few_xs), "twice is not at all"
assert reverse_inputs(few_xs).dtype == few_xs.dtype, "ids stay whole numbers"

# %% [markdown]
# The same untrained model, the loss of the answer's first letter again. The last `[::-1]` only puts the numbers back beside their letters.

# %%
by_letter = {
    "read forwards": input_gradient_norms(untrained, word_xs, word_ts[:, :2]),
    "read backwards": input_gradient_norms(untrained, reverse_inputs(word_xs), word_ts[:, :2])[::-1],
}
plot_by_place(by_letter, "gradient norm", log=True)
times = by_letter["read backwards"][0] / by_letter["read forwards"][0]
print(f"at the letter to be copied, the gradient is {times:.0f} times as large if the word is read backwards")

# %% [markdown]
# A mirror image: nothing is gained on the whole. But now the letter that is wanted first is the one that the loss feels most. The model can learn to copy it before it can do anything else, then the letter after it, two steps further away, and so on: a ladder, where the forward reading offers twelve rungs at the same height.
#
# ### reverse_tokens — turn the tokens, leave the padding
#
# Sums have different lengths, and their rows are filled up on the right. Turn only the tokens of each row; padding is the run of `pad_id` at its end.

# %%
draw_lags({"forwards": "ab  ", "whole row turned": "  ba", "only tokens turned": "ba  "}, "ab")

# %% [markdown]
# Padding that stays on the right lies between the question and the answer, and every lag grows by its length. Turn the whole row, and it is read before anything else, where it is in nobody's way. By its lags `reverse_inputs` suits this model better. `reverse_tokens` is for everything that counts on padding at the end, as masks and lengths in later assignments do.
#
# **What shape?** Rows are `[3, 1, 0, 0]`, `[0, 1, 0, 2]` and `[0, 0, 0, 0]`, and `pad_id` is 0. How many tokens has each?
# <details><summary>Answer</summary>
#
# 2, 4 and 0: a 0 that has another token after it is a token.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Where is the last token of a row that is no padding? What if there is none?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.flatnonzero` gives the places where something is true, in ascending order; of a row of padding, none. `np.full_like` makes a new array to write into.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: one row `(S,)`; the places of its tokens, at most `(S,)`; its length, a number; the result `(N, S)`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "reverse_tokens", "locked": false, "schema_version": 3, "solution": true, "task": false}
def reverse_tokens(xs, pad_id):
    """Each row's tokens backwards, with its padding left on the right.

    xs (N, S) int -> (N, S), in the dtype of xs; xs is left as it is. Padding is the run of pad_id at the end of a
    row, and nothing else: a pad_id with another token after it is a token.
    """
    # reverse_tokens: about 6 lines
    ### BEGIN SOLUTION
    reversed_rows = np.full_like(xs, pad_id)
    for row, tokens in zip(reversed_rows, xs, strict=True):
        length = np.max(np.flatnonzero(tokens != pad_id), initial=-1) + 1
        row[:length] = tokens[:length][::-1]
    return reversed_rows
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "reverse_tokens_check", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false}
rows = np.array([[3, 1, 2, 0, 0], [0, 1, 0, 2, 0], [0, 0, 0, 0, 0], [5, 4, 3, 3, 3]])
turned = [[2, 1, 3, 0, 0], [2, 0, 1, 0, 0], [0, 0, 0, 0, 0], [3, 3, 3, 4, 5]]
kept = rows.copy()
assert np.array_equal(reverse_tokens(rows, 0), turned), reverse_tokens(rows, 0)
assert np.array_equal(rows, kept), "xs itself stays as it is"
assert np.array_equal(reverse_tokens(np.array([[7, 0, 9, 9]]), 9), [[0, 7, 9, 9]]), "the padding need not be 0"
assert reverse_tokens(rows, 0).dtype == rows.dtype, "ids stay whole numbers"

# %% [markdown]
# Both functions on questions as they are in the file, with ␣ for padding:

# %%
train, test, characters = load_addition()
sum_ids = {char: id for id, char in enumerate(characters)}
questions = encode_texts(test[0][:5], sum_ids, 7)
for name, rows in (
    ("as written", questions),
    ("reverse_inputs", reverse_inputs(questions)),
    ("reverse_tokens", reverse_tokens(questions, sum_ids[" "])),
):
    print(f"{name:15}", *("".join(characters[id] for id in row).replace(" ", "␣") for row in rows))

# %% [markdown]
# ## A fair comparison
#
# Two models are to differ in one thing, the direction of reading. All else must be equal:
#
# - the budget: epochs, batch size, optimiser, clipping;
# - the seed, and with it the initial weights and the order of the rows;
# - the test rows, which neither has seen, and which each reads in the direction that it was trained in.
#
# One number at the end would hide whether a model is slow or stuck, so measure after every epoch.

# %% [markdown]
# ### learning_curve — exact match after every epoch
#
# Train one model, one epoch at a time, and after each let it answer all test rows.
#
# **What shape?** The test targets are `(200, 13)`. How many ids is the model to write, and which part of the targets are they compared with?
#
# <details><summary>Answer</summary>
#
# 12 in each row, `(200, 12)`: all columns but the first, which holds the start id.
#
# </details>
# <details><summary>Hint 1</summary>
#
# Which of the four arrays are to be turned? Adam remembers averages of past gradients: what becomes of them if it is made anew in every epoch?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `Trainer.fit` for one epoch goes on where the last call of the same trainer stopped. It takes `max_grad`, `rng` and `progress`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: with test targets `(M, T)`, answers are `(M, T - 1)`, and so is what they are compared with. The result is a list of `epochs` floats.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "learning_curve", "locked": false, "schema_version": 3, "solution": true, "task": false}
def learning_curve(make_model, train, test, epochs, batch_size, reverse, rng):
    """Train one fresh model and measure its exact match on the test rows after every epoch.

    make_model   called once, as make_model(rng), returns a fresh Seq2seq
    train, test  pairs (xs (N, S), ts (N, T)) of int arrays; targets are led by the start id ts[0, 0]
    reverse      whether the sources of both are read backwards (reverse_inputs)
    rng          a numpy.random.Generator, for the weights and then for the order of the rows
    returns      list of `epochs` floats
    The optimiser is Adam(0.001), gradients are clipped to a norm of 5.0; one Trainer.fit for each epoch.
    The arrays of train and test are left as they are. `tqdm(range(epochs))` counts to `epochs` with a progress bar.
    """
    # learning_curve: about 10 lines
    ### BEGIN SOLUTION
    (xs, ts), (test_xs, test_ts) = train, test
    if reverse:
        xs, test_xs = reverse_inputs(xs), reverse_inputs(test_xs)
    model = make_model(rng)
    trainer = Trainer(model, Adam(0.001))
    curve = []
    for _ in tqdm(range(epochs), desc="epochs"):
        trainer.fit(xs, ts, 1, batch_size, max_grad=5.0, rng=rng, progress=False)
        answers = model.generate(test_xs, test_ts[0, 0], test_ts.shape[1] - 1)
        curve.append(exact_match(answers, test_ts[:, 1:]))
    return curve
    ### END SOLUTION

# %% [markdown]
# The check uses a stand-in that takes no time to train. Its first gradient is 8 and all others are 1, so that its one parameter tells how it was moved. And it learns by heart: a source that it has met at least twice in training it answers rightly, if it is asked in the same direction; any other it repeats. Of the four test rows below it meets two in training. So its curve is 0 after the first epoch and 0.5 from then on.

# %%
made = []


class ByHeart:
    def __init__(self, rng):
        self.met, self.answers, self.start_ids = [], {}, set()
        self.params, self.grads, self.steps = [np.zeros(1)], [np.zeros(1)], 0
        made.append(self)

    def forward(self, xs, ts):
        for source, target in zip(xs.tolist(), ts.tolist(), strict=True):
            self.met.append(tuple(source))
            self.answers[tuple(source)] = target[1:]
        return 0.0

    def backward(self, dout=1):
        self.steps += 1
        self.grads[0][...] = 8.0 if self.steps == 1 else 1.0

    def generate(self, xs, start_id, sample_size):
        self.start_ids.add(int(start_id))
        known = {source: self.answers[source] for source in self.met if self.met.count(source) >= 2}
        return np.array([known.get(tuple(source), source[:sample_size]) for source in xs.tolist()])

# %% nbgrader={"grade": true, "grade_id": "learning_curve_check", "locked": true, "points": 22, "schema_version": 3, "solution": false, "task": false}
learn = np.array([[1, 2, 0], [1, 1, 2], [3, 1, 1]]), np.array([[9, 2, 1], [9, 1, 3], [9, 3, 1]])
judge = np.array([[3, 2, 2], [2, 3, 3], [1, 1, 2], [1, 2, 0]]), np.array([[9, 3, 1], [9, 2, 1], [9, 1, 3], [9, 2, 1]])
kept = [array.copy() for array in (*learn, *judge)]
for reverse, read in ((False, (1, 2, 0)), (True, (0, 2, 1))):
    made.clear()
    curve = learning_curve(ByHeart, learn, judge, 4, 2, reverse, np.random.default_rng(3))
    assert curve == [0.0, 0.5, 0.5, 0.5], f"reverse={reverse}: {curve}"
    assert len(made) == 1, "one model for all epochs"
    model = made[0]
    assert model.met.count(read) == 4, f"reverse={reverse}: every row once per epoch, the whole row in that direction"
    assert model.answers[read] == [2, 1], "targets are never turned"
    assert model.start_ids == {9}, "the start id is the first id of the targets"
    twin = ByHeart(None)
    Trainer(twin, Adam(0.001)).fit(*learn, epochs=4, batch_size=2, max_grad=5.0, progress=False)
    assert np.allclose(model.params, twin.params), "eight steps of one Adam(0.001), the first gradient clipped to 5"
    learning_curve(ByHeart, learn, judge, 4, 2, reverse, np.random.default_rng(3))
    assert made[-1].met == model.met, "the same seed, the same order: the order of the rows comes from rng"
assert all(np.array_equal(*pair) for pair in zip(kept, (*learn, *judge), strict=True)), "the arrays stay as they are"

# %% [markdown]
# First on words that are short: four letters out of six, 800 to learn from and 200 others to be judged by.

# %% tags=["skip-execution"]
short_ids = {char: id for id, char in enumerate(" abcdef_")}


def make_repeater(rng):
    return Seq2seq(len(short_ids), 16, 64, rng)


short = toy_words(1000, 4, "abcdef", np.random.default_rng(4))
learn, judge = word_rows(short[:800], short_ids), word_rows(short[800:], short_ids)
curves = {}
for name, reverse in (("read forwards", False), ("read backwards", True)):
    rng = np.random.default_rng(5)
    curves[name] = learning_curve(make_repeater, learn, judge, 20, 16, reverse, rng)
plot_curves(curves, "exact match on unseen words", title="words of 4 letters")

# %% [markdown]
# Four steps are not far: both directions learn, the backward one sooner. If the forward one needs more epochs for short words, what does it need for long ones?
#
# ## A word that is too long
#
# ### reversal_training — where one direction learns and the other does not
#
# It trains your own pieces together: unlike elsewhere, a mistake in one of them may cost points here as well.
#
# Words of twelve letters, each a or b; 1,500 to learn from. There is nothing to write here: the cell below trains by **your** `learning_curve`. Both directions take some ten seconds.
#
# There are 4,096 such words, so learning the 1,500 by heart does not help with the others: the model must learn to copy.

# %% nbgrader={"grade": false, "grade_id": "train_toy_repeater", "locked": true, "schema_version": 3, "solution": false, "task": false}
def train_toy_repeater(train, test, vocab_size, reverse, seed):
    """A Seq2seq trained by learning_curve on pairs (xs, ts): weights from `seed`, 20 epochs in batches of 16.

    returns (model, curve): the trained model, and its exact match on the test rows after every epoch
    """
    models = []

    def make_model(rng):
        models.append(Seq2seq(vocab_size, 16, 96, rng))
        return models[-1]

    curve = learning_curve(make_model, train, test, 20, 16, reverse, np.random.default_rng(seed))
    return models[-1], curve

# %% nbgrader={"grade": true, "grade_id": "reversal_training", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
words = toy_words(1900, 12, "ab", np.random.default_rng(6))  # all different
learn, unseen = word_rows(words[:1500], char_to_id), word_rows(words[1500:], char_to_id)
trained, curves = {}, {}
for name, reverse in (("read forwards", False), ("read backwards", True)):
    trained[name], curves[name] = train_toy_repeater(learn, unseen, len(char_to_id), reverse, seed=7)
    print(f"{name}: {curves[name][-1]:.1%} of the unseen words after {len(curves[name])} epochs")
plot_curves(curves, "exact match on unseen words", title="words of 12 letters")
best = {name: max(curve[-5:]) for name, curve in curves.items()}  # curves jump: the best of the last five epochs
assert best["read forwards"] < 0.3 < 0.4 < best["read backwards"], "see reverse_inputs and learning_curve"

# %% [markdown]
# Same model, same words, same budget. Exact match does not forgive one wrong letter of twelve, so look at the letters one by one:

# %% tags=["skip-execution"]
right = {}
for name, model in trained.items():
    sources = reverse_inputs(unseen[0]) if name == "read backwards" else unseen[0]
    answers = model.generate(sources, unseen[1][0, 0], 12)
    right[name] = (answers == unseen[1][:, 1:]).mean(axis=0)
plot_by_place(right, "share of right letters", bounds={"guessing": 0.5})

# %% [markdown]
# The forward model guesses, even at the first letter. The backward one knows the first letters best. In which order did it come to know them? Train it once more, as a model that notes at each test which letters it had right:

# %% tags=["skip-execution"]
class Watched(Seq2seq):
    def generate(self, xs, start_id, sample_size):
        answers = super().generate(xs, start_id, sample_size)
        noted.append((answers == unseen[1][:, 1:]).mean(axis=0) - 0.5)
        return answers


noted = []
learning_curve(lambda rng: Watched(4, 16, 96, rng), learn, unseen, 20, 16, True, np.random.default_rng(7))
plot_heatmaps({"read backwards": np.array(noted)}, "letter (first is 0)", "epoch (first is 0)")

# %% [markdown]
# Right letters above guessing: red is learnt, white is not yet. The first letter is known almost at once, the second a few epochs later, and from there it spreads to the right: what is near is learnt first. (The very last letters get a little ahead of their neighbours. They were read first of all, into an empty state.)

# %% [markdown]
# ## Experiment: full addition
#
# The task of the last assignment, both ways. Nothing but `reverse` differs. With all 25 epochs this takes two to four minutes on one core; it is not run when your notebook is graded. For a quick look, set `epochs` to 8.

# %% tags=["skip-execution"]
def sum_rows(texts):
    questions, answers = texts
    return encode_texts(questions, sum_ids, 7), encode_texts(answers, sum_ids, 5)


def make_adder(rng):
    adders.append(Seq2seq(len(sum_ids), 16, 128, rng))
    return adders[-1]


epochs, adders, curves = 25, [], {}
for name, reverse in (("plain", False), ("reversed", True)):
    rng = np.random.default_rng(8)
    curves[name] = learning_curve(make_adder, sum_rows(train), sum_rows(test), epochs, 128, reverse, rng)
    print(f"{name}: {curves[name][-1]:.1%} of the unseen sums after {epochs} epochs")
plot_curves(curves | expected_curves("plain", "reversed"), "exact match on unseen sums", title="full addition")

# %% [markdown]
# The expected curves are medians of three seeds. Yours may rise some epochs sooner or later: one seed is one draw, and a difference that small says nothing. The gap between the two directions is of another size, and other seeds show it as well.
#
# Where does the gain lie? The same test rows, by the number of characters in the question:

# %% tags=["skip-execution"]
sum_xs, sum_ts = sum_rows(test)
lengths = np.array([len(question) for question in test[0]])
answers, by_length = {}, {}
for adder, (name, sources) in zip(adders, (("plain", sum_xs), ("reversed", reverse_inputs(sum_xs))), strict=True):
    answers[name] = adder.generate(sources, sum_ts[0, 0], 4)
    right = (answers[name] == sum_ts[:, 1:]).all(axis=1)
    by_length[name] = [right[lengths == length].mean() for length in range(3, 8)]
plot_distributions(by_length, [str(length) for length in range(3, 8)], "right sums, by length of question", columns=2)
for row in range(6):
    plain, turned = ("".join(characters[id] for id in ids[row]) for ids in answers.values())
    print(f"{test[0][row]:>7} = {test[1][row][1:]:5} plain {plain:5} reversed {turned}")

# %% [markdown]
# The plain model is right about short sums and lost in long ones; the reversed one holds out nearly to the end. (The bars for 3 rest on ten different questions only: there are no more than a hundred such sums.)
#
# Mind what addition is: its first digit depends on carries from the very end, so no direction brings everything near. And with 7 characters to read and 4 to write, turning round does shorten the mean lag, from 7 to 4. How much of the gain is foothold, and how much is distance, this experiment cannot tell; the words of 12 letters could: there the mean was the same.

# %% [markdown]
# ## What to take along
#
# - The distance between reading and writing is counted in steps of the recurrence: S forwards, 2i + 1 backwards.
# - Gradients fade with distance; what is near is learnt first, and what is learnt helps with what comes next.
# - Reversing adds no parameter and, between sequences of one length, changes no mean distance. It makes learning easier, not the model stronger.
# - Padding is part of the distance: know on which side it lies.
# - Compare under one budget, in curves, on unseen rows, and over more than one seed.
#
# The decoder still sees the question once only, before its first step. In the next assignment it may look at h at every step.
