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
# # From one sequence to another
#
# One model reads a question and keeps it as a single vector; another starts from this vector and writes the answer. Together they learn to add numbers that they see as text.
#
# Written for Python 3.11 and newer; it is graded with 3.11 or 3.12, where syntax of a later version does not run.
#
# | symbol | meaning | shape | name in code |
# | --- | --- | --- | --- |
# | `N` | batch | | |
# | `S`, `T` | length of a source, of a target | | |
# | `D`, `H` | word-vector size, hidden size | | `wordvec_size`, `hidden_size` |
# | `V` | vocabulary size: how many characters there are | | `vocab_size` |
# | `x` | ids of the sources (in a decoder: of what it reads) | `(N, S)`, `(N, T)` | `xs` |
# | `t` | ids of the targets, led by the start id | `(N, T)` | `ts` |
# | `h` | the encoder's last hidden state | `(N, H)` | `h` |
# | `h` over time | hidden states | `(N, S, H)`, `(N, T, H)` | `hs` |
# | `s` | scores of the next character | `(N, T, V)` | `scores` |
# | `d` ... | gradient of the loss with respect to ... | as that | `dh`, `dscores` |

# %% [markdown]
# ## The rules of this sheet
#
# - NumPy only, and the layers that are handed out. A loop over time is needed in `generate` alone, a loop over the batch in no model.
# - Names and shapes are as the docstrings say; the batch comes first. Models are float32.
# - `backward` **overwrites** the arrays in `grads` in place. A model's `params` and `grads` hold the very arrays of its layers.
# - No state is left from one call to the next: the same call twice gives the same result.
# - Write where a cell raises `NotImplementedError`, in place of that line. At first every check fails: that is right.
# - The checks you see are small; the hidden ones ask the same of other sizes.

# %% nbgrader={"grade": false, "grade_id": "imports", "locked": true, "schema_version": 3, "solution": false, "task": false}
import numpy as np
from given import (
    Adam, TimeAffine, TimeEmbedding, TimeLSTM, TimeSoftmaxWithLoss, Trainer, draw_seq2seq, expected_curves,
    load_addition, plot_agreement, plot_curves, plot_distributions, plot_heatmaps, softmax, toy_sums,
)  # fmt: skip
from tqdm.auto import tqdm

# %% [markdown]
# ## Where this goes
#
# The language model of the last assignment goes on with a text. It has no place for a question: what it reads and what it writes are one text, word by word. Translating, summing up, answering are different: all of one sequence is read before the first word of the other is written, and the two need not be equally long.
#
# So two models share the work. An **encoder** reads the source. A **decoder** is a language model for targets; it does not start from zero, but from what the encoder hands over.

# %%
draw_seq2seq(list("7+38"), list("_45"), title="7+38 is read, 45 is written")

# %% [markdown]
# Only the green vector crosses. Whatever the decoder is to know about the source must be in these H numbers, however long the source was.
#
# The decoder's bottom row is the target led by a start character `_`; its top row is the same target, one step ahead. At each step it reads one character and scores what comes next.
#
# We build it from left to right: texts as ids, encoder, decoder, both together, and a measure of how many answers are right.

# %% [markdown]
# ## Addition as text
#
# Sums make good practice: there are plenty of them, and each has exactly one right answer. Nobody tells the model what a digit is worth. It sees 13 different characters, no more related to each other than 13 words.

# %%
characters = " +0123456789_"
char_to_id = {sign: id for id, sign in enumerate(characters)}
(questions, answers), (unseen_questions, unseen_answers) = toy_sums(50, 0.2, np.random.default_rng(0))
print(f"{len(questions)} sums to learn from, {len(unseen_questions)} to be judged by")
for question, answer in zip(questions[:6], answers[:6], strict=True):
    print(f"{question:6} {answer}")

# %% [markdown]
# ### encode_texts — texts become rows of ids
#
# Replace each character by its id, and fill every row with spaces on the right until all are equally wide.
#
# **What shape?** The questions are `7+38`, `0+9` and `12+49`. How wide must the array be, and what is in its last column?
#
# <details><summary>Answer</summary>
#
# `(3, 5)`: as wide as the longest. The last column holds the ids of the space, the space, and `9`.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Which id stands for "nothing here"? Is it 0 in every dictionary? What should happen to a text that does not fit: cut it, or complain?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.full` makes an array of one value; a slice of a row takes a list of the same length. `in` asks whether a dictionary knows a key. An f-string with `{text!r}` shows a text in quotes, so that spaces can be seen.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: the whole array `(N, width)`, int; one row `(width,)`; its filled part as long as the text.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "encode_texts", "locked": false, "schema_version": 3, "solution": true, "task": false}
def encode_texts(texts, char_to_id, width):
    """Texts as rows of ids, padded on the right with spaces.

    texts       list of N str
    char_to_id  dict from character to id; it has the space
    width       int, the length of every row
    returns     int array (N, width)
    Raises ValueError for a text longer than width, naming the text, and for a character that char_to_id does not
    have, naming the character.
    """
    # encode_texts: about 9 lines
    ### BEGIN SOLUTION
    ids = np.full((len(texts), width), char_to_id[" "], dtype=np.int64)
    for row, text in zip(ids, texts, strict=True):
        if len(text) > width:
            raise ValueError(f"texts must be at most {width} characters long, got {text!r}")
        unknown = [char for char in text if char not in char_to_id]
        if unknown:
            raise ValueError(f"texts must be made of known characters, got {unknown[0]!r} in {text!r}")
        row[: len(text)] = [char_to_id[char] for char in text]
    return ids
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "encode_texts_check", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
few = {"a": 0, "b": 1, " ": 2}
ids = encode_texts(["ba", "", "aab"], few, 3)
assert np.array_equal(ids, [[1, 0, 2], [2, 2, 2], [0, 0, 1]]), ids
assert ids.dtype.kind == "i", "whole numbers"
for text, named in (("abba", "abba"), ("a?", "?")):
    message = ""
    try:
        encode_texts(["a", text], few, 3)
    except ValueError as error:
        message = str(error)
    assert named in message, f"{text!r} must raise ValueError with a message that names {named!r}"

# %% [markdown]
# Sources and targets have a width each. The target's width counts the start character.

# %%
for question, answer in (("12+49", "_61"), ("7+38", "_45"), ("0+9", "_9")):
    x, t = encode_texts([question], char_to_id, 5), encode_texts([answer], char_to_id, 3)
    print(f"{question!r:8} {x[0]}   {answer!r:6} {t[0]}")

# %% [markdown]
# A short sum is padded at the end, and the model reads this padding as well: to it the space is a character like others, and one that it must learn to write after a one-digit answer.
#
# ## Reading: the encoder
#
# The encoder looks up a vector for every character, runs an LSTM over them from a zero state, and keeps the hidden state after the last step. All earlier hidden states are thrown away; so is the cell state.

# %% [markdown]
# ### encoder_forward — read everything, keep one vector
#
# Embed the source, run the LSTM, return its last hidden state.
#
# Initial weights are drawn as in `Rnnlm`: the embedding from N(0, 1)/100, the other matrices from N(0, 1) divided by the root of their number of rows; the bias is zero; all float32.
#
# **What shape?** xs is `(2, 7)`, D = 3, H = 5. What comes out of the embedding, out of the LSTM, and out of the encoder?
#
# <details><summary>Answer</summary>
#
# `(2, 7, 3)`, `(2, 7, 5)`, `(2, 5)`. With xs `(2, 70)` the last of these would be `(2, 5)` as well.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Should the LSTM remember the last batch when the next one comes? Which kind of `TimeLSTM` is that?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Index -1 on the time axis. For `backward` you will want to know later how long the source was; `self` can keep that. Adding two lists of arrays joins the lists; the arrays in them stay the same arrays.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: xs `(N, S)`; vectors `(N, S, D)`; hs `(N, S, H)`; h `(N, H)`. Weights: `(V, D)`; `(D, 4H)`, `(H, 4H)`, `(4H,)`.
#
# </details>

# %% [markdown]
# The cell has two parts: do `forward` first, run its check, come back for `backward`.

# %% nbgrader={"grade": false, "grade_id": "Encoder", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Encoder:
    """Reads a source and keeps its last hidden state: embedding, stateless LSTM.

    Encoder(vocab_size, wordvec_size, hidden_size, rng=None), rng a numpy.random.Generator (the same seed gives the
    same weights; without one they differ from run to run).

    params, grads: four arrays each, from input to output: embedding W (V, D); Wx (D, 4H), Wh (H, 4H), b (4H,).
    All float32; embedding N(0, 1)/100, matrices N(0, 1)/sqrt(rows), biases zero.
    embed, lstm: the layers.
    """

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        # encoder_forward: about 9 lines
        ### BEGIN SOLUTION
        V, D, H = vocab_size, wordvec_size, hidden_size
        rng = np.random.default_rng() if rng is None else rng

        def draw(rows, columns, scale):
            return (rng.standard_normal((rows, columns)) * scale).astype(np.float32)

        self.embed = TimeEmbedding(draw(V, D, 0.01))
        self.lstm = TimeLSTM(draw(D, 4 * H, D**-0.5), draw(H, 4 * H, H**-0.5), np.zeros(4 * H, np.float32))
        self.params = self.embed.params + self.lstm.params
        self.grads = self.embed.grads + self.lstm.grads
        self.hs = None
        ### END SOLUTION

    def forward(self, xs):
        """Read all of a source: ids xs (N, S) int -> h (N, H), the hidden state after the last step.

        Starts from a zero state at every call.
        """
        # encoder_forward: about 2 lines
        ### BEGIN SOLUTION
        self.hs = self.lstm.forward(self.embed.forward(xs))
        return self.hs[:, -1].copy()
        ### END SOLUTION

    def backward(self, dh):
        """Overwrite grads in place with the gradients that come back from dh (N, H), the gradient of h."""
        # encoder_backward: about 3 lines
        ### BEGIN SOLUTION
        dhs = np.zeros_like(self.hs)
        dhs[:, -1] = dh
        self.embed.backward(self.lstm.backward(dhs))
        ### END SOLUTION

# %% [markdown]
# The checks write weights by hand into small models, with this function:

# %%
def write_weights(layer, *values):
    """Put one value, a number or a nested list, into each array of `layer.params`."""
    for param, value in zip(layer.params, values, strict=True):
        param[...] = value


log3 = np.log(3)  # tanh(log 3) = 4/5, sigmoid(0) = 1/2

# %% nbgrader={"grade": true, "grade_id": "encoder_forward", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
encoder, again = (Encoder(5, 2, 70, np.random.default_rng(1)) for _ in range(2))
assert [p.shape for p in encoder.params] == [(5, 2), (2, 280), (70, 280), (280,)]
assert all(p.dtype == np.float32 for p in encoder.params), "float32"
assert all(np.array_equal(p, q) for p, q in zip(encoder.params, again.params, strict=True)), "same seed"
W, Wx, Wh, b = encoder.params
assert 0 < np.abs(W).max() < 0.05, "the embedding: N(0, 1)/100"
assert np.allclose([Wx.std(), Wh.std()], [2**-0.5, 70**-0.5], rtol=0.1), "N(0, 1)/sqrt(rows)"
assert not b.any(), "the bias starts at zero"
by_hand = Encoder(3, 1, 1)  # only the candidate looks at the input, and only character 1 has a vector
write_weights(by_hand, [[0], [1], [0]], [[0, log3, 0, 0]], 0, 0)
xs = np.array([[1, 0], [0, 1]])
h = by_hand.forward(xs)
assert h.shape == (2, 1), h.shape
assert np.allclose(h, [[0.5 * np.tanh(0.2)], [0.5 * np.tanh(0.4)]]), "c = 4/5 * 1/2 at the 1, half of it a step later"
assert np.allclose(by_hand.forward(xs), h), "every call starts from zero"

# %% [markdown]
# What does an untrained encoder make of the same characters in another order? Each column is h after one more character (the random word vectors are made 100 times larger, so that there is something to see).

# %%
encoder = Encoder(13, 8, 16, np.random.default_rng(2))
encoder.params[0] *= 100
states = {}
for text in ("7+38", "8+37", "38+7"):
    ids = encode_texts([text], char_to_id, 4)
    states[f"reading {text}"] = np.hstack([encoder.forward(ids[:, :step]).T for step in (1, 2, 3, 4)])
plot_heatmaps(states, "", "unit", ["1st", "2nd", "3rd", "4th"])

# %% [markdown]
# Only the last column of each picture crosses to the decoder. The three differ, even before any training: order leaves its mark on h. Training has to make of these marks something that a decoder can use.
#
# ### encoder_backward — one gradient comes back
#
# The loss knows h only: send dh back into the last step, and nothing into the others.
#
# **What shape?** The LSTM's `backward` wants `(N, S, H)`, and you have dh `(N, H)`. What is in the rest?
#
# <details><summary>Answer</summary>
#
# Zeros. The other hidden states were thrown away, so the loss does not see them but through the steps that follow.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# If you moved the hidden state of step 0 alone, with all later steps held as they were, would h change? And if you moved the last?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.zeros_like` gives shape and dtype at once. Ids have no gradient: the embedding is where it ends.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: dh `(N, H)`; dhs `(N, S, H)`; what the LSTM passes on to the embedding `(N, S, D)`.
#
# </details>

# %% nbgrader={"grade": true, "grade_id": "encoder_backward", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
by_hand = Encoder(3, 1, 1)
write_weights(by_hand, 0, [[0, 1, 0, 0]], 0, 0)  # g = c = h = 0 and f = i = o = 1/2 at both steps
kept = by_hand.grads[0]
by_hand.forward(np.array([[1, 2]]))
for _ in range(2):  # a second call must overwrite, not add
    by_hand.backward(np.ones((1, 1), np.float32))
    assert np.allclose(by_hand.grads[0], [[0], [1 / 8], [1 / 4]]), "o i = 1/4, and f = 1/2 a step before"
    assert np.allclose(by_hand.grads[3], [0, 3 / 8, 0, 0]), "the bias is used at both steps: the sum"
assert by_hand.grads[0] is kept, "the layers' own arrays, written in place"
by_hand.forward(np.array([[1, 1]]))
by_hand.backward(np.ones((1, 1), np.float32))
assert np.allclose(by_hand.grads[0], [[0], [3 / 8], [0]]), "one character, read twice"

# %% [markdown]
# Which characters does h listen to? Seven different ones are read; the bars are the size of each one's gradient.

# %%
encoder = Encoder(7, 8, 32, np.random.default_rng(3))
encoder.params[0] *= 100
encoder.forward(np.array([[0, 1, 2, 3, 4, 5, 6]]))
encoder.backward(np.ones((1, 32), np.float32))
sizes = np.linalg.norm(encoder.grads[0], axis=1)
plot_distributions({"gradient norm of h, by position": sizes}, "1234567")

# %% [markdown]
# The last characters weigh most; the first have had to pass through every step after them. Training can open the forget gates, but it starts from here. Keep this picture in mind for the end of the sheet.
#
# ## Writing: the decoder
#
# The decoder is the language model of the last assignment with one change: before it reads its first character, its hidden state is set to h, and its cell state to zero.

# %% [markdown]
# ### decoder_forward — score every step, starting from h
#
# Set the state, then go through embedding, LSTM and affine map.
#
# **What shape?** h is `(2, 5)`, xs `(2, 4)`, V = 13. What are hs and the scores?
#
# <details><summary>Answer</summary>
#
# hs `(2, 4, 5)`, scores `(2, 4, 13)`: one row of scores for each character read.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Of the two kinds of `TimeLSTM`, which one starts where it was told to? What would be left in it after a call, and why does that do no harm here?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `set_state`, with one argument or two? Look at what its docstring says about c. The affine layer works on all steps at once.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: vectors `(N, T, D)`; hs `(N, T, H)`; scores `(N, T, V)`. Weights: `(V, D)`; `(D, 4H)`, `(H, 4H)`, `(4H,)`; `(H, V)`, `(V,)`.
#
# </details>

# %% [markdown]
# The cell has three parts: `forward`, `backward`, `generate`. Do them one after the other.

# %% nbgrader={"grade": false, "grade_id": "Decoder", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Decoder:
    """Writes a target from the encoder's last hidden state: embedding, LSTM, affine map to scores.

    Decoder(vocab_size, wordvec_size, hidden_size, rng=None), rng as for Encoder.

    params, grads: six arrays each, from input to output: embedding W (V, D); Wx (D, 4H), Wh (H, 4H), b (4H,);
    affine W (H, V), b (V,). Initial weights and dtype as in Encoder.
    embed, lstm, affine: the layers.
    Every call of forward or generate starts from h and a zero cell state; nothing is left from the call before.
    """

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        # decoder_forward: about 10 lines
        ### BEGIN SOLUTION
        V, D, H = vocab_size, wordvec_size, hidden_size
        rng = np.random.default_rng() if rng is None else rng

        def draw(rows, columns, scale):
            return (rng.standard_normal((rows, columns)) * scale).astype(np.float32)

        self.embed = TimeEmbedding(draw(V, D, 0.01))
        Wx, Wh = draw(D, 4 * H, D**-0.5), draw(H, 4 * H, H**-0.5)
        self.lstm = TimeLSTM(Wx, Wh, np.zeros(4 * H, np.float32), stateful=True)
        self.affine = TimeAffine(draw(H, V, H**-0.5), np.zeros(V, np.float32))
        self.params = self.embed.params + self.lstm.params + self.affine.params
        self.grads = self.embed.grads + self.lstm.grads + self.affine.grads
        ### END SOLUTION

    def forward(self, xs, h):
        """Score the next character at every step of given inputs, starting from the hidden state h.

        xs (N, T) int ids, h (N, H) -> scores (N, T, V)
        """
        # decoder_forward: about 2 lines
        ### BEGIN SOLUTION
        self.lstm.set_state(h)
        return self.affine.forward(self.lstm.forward(self.embed.forward(xs)))
        ### END SOLUTION

    def backward(self, dscores):
        """Overwrite grads in place from dscores (N, T, V); returns dh (N, H), the gradient of the h of forward."""
        # decoder_backward: about 2 lines
        ### BEGIN SOLUTION
        self.embed.backward(self.lstm.backward(self.affine.backward(dscores)))
        return self.lstm.dh
        ### END SOLUTION

    def generate(self, h, start_id, sample_size):
        """Write greedily, all rows of the batch at once: the best-scored id of each step is the next step's input.

        h (N, H); start_id int, the first input, which is not part of the result; sample_size int >= 1
        returns int array (N, sample_size); of equal scores the smallest id wins
        """
        # decoder_generate: about 6 lines
        ### BEGIN SOLUTION
        self.lstm.set_state(h)
        ids = np.full((len(h), sample_size + 1), start_id, dtype=np.int64)
        for t in range(sample_size):
            scores = self.affine.forward(self.lstm.forward(self.embed.forward(ids[:, t : t + 1])))
            ids[:, t + 1] = scores[:, 0].argmax(axis=1)
        return ids[:, 1:]
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "decoder_forward", "locked": true, "points": 11, "schema_version": 3, "solution": false, "task": false}
decoder = Decoder(5, 2, 70, np.random.default_rng(4))
assert [p.shape for p in decoder.params] == [(5, 2), (2, 280), (70, 280), (280,), (70, 5), (5,)]
assert all(p.dtype == np.float32 for p in decoder.params), "float32"
assert not any(p.any() for p in (decoder.params[3], decoder.params[5])), "biases start at zero"
assert 0 < np.abs(decoder.params[0]).max() < 0.05, "the embedding: N(0, 1)/100"
spreads = [decoder.params[i].std() for i in (1, 2, 4)]
assert np.allclose(spreads, [2**-0.5, 70**-0.5, 70**-0.5], rtol=0.2), "N(0, 1)/sqrt(rows)"
by_hand = Decoder(3, 1, 1)
write_weights(by_hand, 0, 0, [[0, log3, 0, 0]], 0, [[1, 2, -1]], 0)  # only the candidate looks at h
for _ in range(2):  # nothing is left from the call before
    scores = by_hand.forward(np.array([[0], [0]]), np.array([[1], [0]], np.float32))
    assert scores.shape == (2, 1, 3), scores.shape
    h1 = 0.5 * np.tanh(0.4)  # g = tanh(log 3) = 4/5, and c = f 0 + i g = 2/5
    assert np.allclose(scores, [[[h1, 2 * h1, -h1]], [[0, 0, 0]]]), scores
h = np.random.default_rng(5).normal(size=(1, 70)).astype(np.float32)
scores = decoder.forward(np.array([[0, 1, 2]]), h)
assert np.allclose(decoder.forward(np.array([[0, 1, 4]]), h)[:, :2], scores[:, :2]), "no step sees what comes later"

# %% [markdown]
# The same start character, three different h: what would this untrained decoder write first?

# %%
decoder = Decoder(13, 8, 16, np.random.default_rng(6))
h = 3 * np.random.default_rng(7).normal(size=(3, 16)).astype(np.float32)
decoder.params[4] *= 4
p = softmax(decoder.forward(np.full((3, 1), char_to_id["_"]), h))[:, 0]
plot_distributions({f"h of source {n}": p[n] for n in range(3)}, characters.replace(" ", "␣"))

# %% [markdown]
# It has read the same character three times, and has three opinions: the difference comes from h alone.
#
# ### decoder_backward — the gradient that goes to the encoder
#
# Go back through affine map, LSTM and embedding; what is left at the front of the LSTM is the gradient of h.
#
# **What shape?** dscores is `(2, 4, 13)`, H = 5. What does `backward` return, although the loss has 4 steps?
#
# <details><summary>Answer</summary>
#
# `(2, 5)`: h was used once, at the start. All four steps reach it by way of the LSTM's states, and there their gradients are summed.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# In which order do the three layers come now? Which of them knows where it started from?
#
# </details>
# <details><summary>Hint 2</summary>
#
# The docstring of `TimeLSTM` names an attribute that `backward` leaves behind.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: dscores `(N, T, V)`; dhs `(N, T, H)`; gradient of the vectors `(N, T, D)`; dh `(N, H)`.
#
# </details>

# %% nbgrader={"grade": true, "grade_id": "decoder_backward", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
by_hand = Decoder(3, 1, 1)
write_weights(by_hand, 0, [[0, 2, 0, 0]], [[0, 1, 0, 0]], 0, [[1, 2, -1]], 0)  # all states 0, f = i = o = 1/2
h, kept = np.zeros((1, 1), np.float32), by_hand.grads[5]
by_hand.forward(np.array([[2]]), h)
for _ in range(2):  # a second call must overwrite, not add
    dh = by_hand.backward(np.array([[[1, 0, 0]]], np.float32))
    assert np.allclose(dh, [[1 / 4]]), "the score is 1 times h of this step, and that has o i = 1/4 of h"
    assert np.allclose(by_hand.grads[0], [[0], [0], [2 / 4]]), "character 2 was read, with weight 2"
    assert np.allclose(by_hand.grads[5], [1, 0, 0]), by_hand.grads[5]
assert by_hand.grads[5] is kept, "the layers' own arrays, written in place"
assert np.allclose(by_hand.backward(np.array([[[0, 1, 1]]], np.float32)), [[2 / 4 - 1 / 4]]), "weights 2 and -1"
by_hand.forward(np.array([[0, 0]]), h)
dh = by_hand.backward(np.array([[[1, 0, 0], [1, 0, 0]]], np.float32))
assert dh.shape == (1, 1), dh.shape
assert np.allclose(dh, 1 / 4 + 3 / 16), "step 2: o times (f times 1/2 through c, and i times 1/4 through h)"

# %% [markdown]
# Which steps of the answer have a say in h? Here the loss looks at one step only, the 1st, the 2nd and so on; the bars are the size of the gradient that arrives at h.

# %%
decoder = Decoder(13, 8, 32, np.random.default_rng(8))
xs, h = np.zeros((1, 8), int), np.random.default_rng(9).normal(size=(1, 32)).astype(np.float32)
shape, sizes = decoder.forward(xs, h).shape, []
for step in range(8):
    dscores = np.zeros(shape, np.float32)
    dscores[:, step, 0] = 1
    sizes.append(np.linalg.norm(decoder.backward(dscores)))
plot_distributions({"gradient norm at h, by step": sizes}, [str(step) for step in range(1, 9)])

# %% [markdown]
# The encoder learns, at first, mostly from the first characters of an answer. Later ones reach it through more and more steps.
#
# ### decoder_generate — write, and read what was written
#
# Take the best-scored character of each step, in all rows of the batch at once, and feed it to the next step.
#
# There is no draw this time: a question has one right answer, so we take the best. This is called **greedy**.
#
# **What shape?** N = 3, V = 13, `sample_size=4`. What goes into the embedding at one step, what comes out of the affine layer, and what is the result?
#
# <details><summary>Answer</summary>
#
# `(3, 1)`, `(3, 1, 13)`, and `(3, 4)` in the end.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# How often is the state to be set to h: once, or at every step? Who carries it from step to step?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `argmax` with an axis; of equal scores it takes the first. A slice such as `ids[:, 2:3]` keeps the time axis, `ids[:, 2]` loses it.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: start ids `(N, 1)`; scores `(N, 1, V)`; best ids `(N,)`; result `(N, sample_size)`, int, without the start id.
#
# </details>

# %% [markdown]
# To check it, here is a decoder that is not trained but written by hand:

# %%
def remember_last(W, Wx, Wh, b):
    """Five characters, H = 5: unit k of h is on when character k was read last; 0 leaves no trace."""
    W[...] = np.diag([0, 10, 10, 10, 10])
    for weights, strength in ((Wx, 1), (Wh, 0.5)):
        weights[...] = np.hstack([np.zeros((5, 5)), strength * np.eye(5), np.zeros((5, 10))])
    b[...] = np.repeat([-10, 0, 10, 10], 5)  # forget everything, let everything in and out


def count_on(W, Wx, Wh, b, W_out, b_out):
    """A decoder that writes 2 after 1, 3 after 2 and so on; after the start 0 it goes on from h."""
    remember_last(W, Wx, Wh, b)
    W_out[...] = 10 * np.roll(np.eye(5), 1, axis=1)
    b_out[...] = 0

# %% nbgrader={"grade": true, "grade_id": "decoder_generate", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
counter = Decoder(5, 5, 5)
count_on(*counter.params)
h = np.eye(5, dtype=np.float32)[[1, 2]]  # two rows: go on from 1, go on from 2
for _ in range(2):
    ids = counter.generate(h, 0, 2)
    assert np.array_equal(ids, [[2, 3], [3, 4]]), ids
assert ids.dtype.kind == "i", "whole numbers"
decoder = Decoder(7, 4, 6, np.random.default_rng(10))
for param in decoder.params:
    param *= 5
h = np.random.default_rng(11).normal(size=(3, 6)).astype(np.float32)
ids = decoder.generate(h, 0, 8)
read = np.hstack([np.zeros((3, 1), int), ids[:, :-1]])
assert np.array_equal(decoder.forward(read, h).argmax(axis=2), ids), "each is the best after the last"

# %% [markdown]
# An untrained decoder writes nonsense, but each h has its own:

# %%
decoder = Decoder(13, 8, 16, np.random.default_rng(12))
for param in decoder.params:
    param *= 5
h = np.random.default_rng(13).normal(size=(4, 16)).astype(np.float32)
for row in decoder.generate(h, char_to_id["_"], 20):
    print("".join(characters[id] for id in row))

# %% [markdown]
# ## Both together
#
# To train, the decoder must read something at every step. It reads the **right** characters of the target, whatever it would have written itself. This is called **teacher forcing**: one mistake does not spoil the steps that follow, and all steps are computed in one pass.

# %% [markdown]
# For the target `_45`:
#
# | step | reads | is to write |
# | --- | --- | --- |
# | 1 | `_` | `4` |
# | 2 | `4` | `5` |
#
# Nothing is read after `5`, since nothing is to be written after it; and `_` is never to be written.

# %% [markdown]
# ### seq2seq_forward — the loss with a teacher
#
# The encoder reads the source, the decoder reads the target without its last character, and the loss compares with the target without its first.
#
# **What shape?** xs is `(2, 7)`, ts `(2, 5)`, V = 13. What does the decoder read, and what are the scores?
#
# <details><summary>Answer</summary>
#
# It reads `(2, 4)`; the scores are `(2, 4, 13)`, and the labels `(2, 4)`.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# If the decoder read the very character that it is to write, what would it learn?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Two slices on the time axis. `TimeSoftmaxWithLoss` takes scores and labels. One `rng` can draw the weights of both halves, the encoder's first.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: h `(N, H)`; read and labels `(N, T - 1)`; scores `(N, T - 1, V)`; loss a number. Ten arrays in `params`: four and six.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "Seq2seq", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Seq2seq:
    """An encoder that reads, a decoder that writes, and the loss between them.

    Seq2seq(vocab_size, wordvec_size, hidden_size, rng=None), rng as for Encoder.

    encoder, decoder: the two parts, drawn in either order. loss_layer: a TimeSoftmaxWithLoss.
    params, grads: ten arrays each, the encoder's before the decoder's.
    """

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        # seq2seq_forward: about 6 lines
        ### BEGIN SOLUTION
        rng = np.random.default_rng() if rng is None else rng
        self.encoder = Encoder(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = Decoder(vocab_size, wordvec_size, hidden_size, rng)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = self.encoder.params + self.decoder.params
        self.grads = self.encoder.grads + self.decoder.grads
        ### END SOLUTION

    def forward(self, xs, ts):
        """The mean cross-entropy per target token, in nats, with teacher forcing.

        xs (N, S) int, the source; ts (N, T) int, the target led by its start id: the decoder reads ts[:, :-1] and is to
        predict ts[:, 1:]. Returns a float.
        """
        # seq2seq_forward: about 2 lines
        ### BEGIN SOLUTION
        scores = self.decoder.forward(ts[:, :-1], self.encoder.forward(xs))
        return self.loss_layer.forward(scores, ts[:, 1:])
        ### END SOLUTION

    def backward(self, dout=1):
        """Overwrite all grads in place with dout times the gradients of the loss of the last forward."""
        # seq2seq_backward: about 1 line
        ### BEGIN SOLUTION
        self.encoder.backward(self.decoder.backward(self.loss_layer.backward(dout)))
        ### END SOLUTION

    def generate(self, xs, start_id, sample_size):
        """Answer sources greedily: ids xs (N, S) -> int array (N, sample_size), without the start id."""
        # seq2seq_generate: about 1 line
        ### BEGIN SOLUTION
        return self.decoder.generate(self.encoder.forward(xs), start_id, sample_size)
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "seq2seq_forward", "locked": true, "points": 11, "schema_version": 3, "solution": false, "task": false}
model, again = (Seq2seq(5, 2, 3, np.random.default_rng(14)) for _ in range(2))
lstm_shapes = [(2, 12), (3, 12), (12,)]
assert [p.shape for p in model.params] == [(5, 2), *lstm_shapes, (5, 2), *lstm_shapes, (3, 5), (5,)]
assert all(np.array_equal(p, q) for p, q in zip(model.params, again.params, strict=True)), "same seed"
write_weights(model, *[0] * 9, np.log([0.25, 0.5, 0.25, 1e-9, 1e-9]))  # the scores are the last bias, always
xs = np.array([[3, 4, 0]])
assert np.isclose(model.forward(xs, np.array([[1, 0, 2]])), np.log(4)), "p = 1/4 twice; the start is no label"
assert np.isclose(model.forward(xs, np.array([[0, 1, 2]])), 1.5 * np.log(2)), "the mean of log 2 and log 4"
counter = Seq2seq(5, 5, 5)
remember_last(*counter.params[:4])
count_on(*counter.params[4:])
two, one = np.array([[1, 2]]), np.array([[2, 1]])
assert counter.forward(two, np.array([[0, 3, 4]])) < 0.2, "3 after the source's 2, 4 after 3"
assert counter.forward(one, np.array([[0, 3, 4]])) > 1, "after a source that ends with 1, 3 is a surprise"
assert counter.forward(two, np.array([[0, 3, 3]])) > 1, "a 3 does not follow upon 3"

# %% [markdown]
# A fresh model of 13 characters knows nothing, so its loss should be near log 13. Is it, on sums?

# %%
sums_xs, sums_ts = encode_texts(questions, char_to_id, 5), encode_texts(answers, char_to_id, 3)
fresh = Seq2seq(len(characters), 16, 64, np.random.default_rng(15))
print(f"loss {fresh.forward(sums_xs, sums_ts):.3f} nats, log(13) = {np.log(13):.3f}")

# %% [markdown]
# ### seq2seq_backward — all the way to the first character
#
# The gradient goes from the loss through the decoder to h, and from h through the encoder.
#
# **What shape?** What is handed from one half to the other on the way back?
#
# <details><summary>Answer</summary>
#
# dh, `(N, H)`: the same bridge as on the way forward.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Which three things have a `backward`, and what does each of them want?
#
# </details>
# <details><summary>Hint 2</summary>
#
# The loss layer's `backward` takes `dout`. What the decoder's `backward` returns is what the encoder's wants.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: dout a number; dscores `(N, T - 1, V)`; dh `(N, H)`.
#
# </details>

# %% nbgrader={"grade": true, "grade_id": "seq2seq_backward", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
model = Seq2seq(3, 1, 1)
write_weights(model, 0, [[0, 1, 0, 0]], 0, 0, 0, 0, [[0, 1, 0, 0]], 0, [[1, 2, -1]], 0)
model.forward(np.array([[2, 1]]), np.array([[0, 1]]))  # all scores 0, so p = 1/3, and the label is 1
model.backward()
assert np.allclose(model.grads[9], [1 / 3, -2 / 3, 1 / 3]), "p, less 1 at the label"
dh = (1 / 3 - 2 * 2 / 3 - 1 / 3) / 4  # the weights 1, 2, -1, then o i = 1/4 of the decoder's only step
assert np.allclose(model.grads[0], [[0], [dh / 4], [dh / 8]]), "1/4 at the last, 1/8 at the one before"
kept = model.grads[0]
model.backward(3.0)
assert np.allclose(model.grads[0], [[0], [3 * dh / 4], [3 * dh / 8]]), "three times as much, and not added"
assert model.grads[0] is kept, "the layers' own arrays, written in place"

# %% [markdown]
# The whole way at once: move one of the ten arrays a little in some random direction, and see how the loss moves. `backward` foretells it. Each dot is one direction.

# %%
model, rng = Seq2seq(13, 8, 16, np.random.default_rng(16)), np.random.default_rng(17)
for param in model.params:
    param *= 3
model.forward(sums_xs[:50], sums_ts[:50])
model.backward()
dots = {"encoder": ([], []), "decoder": ([], [])}
for i, (param, grad) in enumerate(zip(model.params, [grad.copy() for grad in model.grads], strict=True)):
    kept = param.copy()
    for _ in range(6):
        direction, losses = rng.normal(size=param.shape), []
        direction /= np.linalg.norm(direction)
        for step in (0.02, -0.02):
            param[...] = kept + step * direction
            losses.append(model.forward(sums_xs[:50], sums_ts[:50]))
        param[...] = kept
        foretold, seen = dots["encoder" if i < 4 else "decoder"]
        foretold.append(np.sum(grad * direction))
        seen.append((losses[0] - losses[1]) / 0.04)
plot_agreement(dots, "ten arrays, six directions each")

# %% [markdown]
# All dots on the line: the gradient of the first embedding is right, although it has come back through two LSTMs.
#
# ### seq2seq_generate — no teacher any more
#
# Read the source, then let the decoder write on its own. The target plays no part; a wrong character, once written, is read like a right one.
#
# **What shape?** xs is `(2, 7)` and `sample_size=4`. What comes out, and what if the sources were `(2, 70)`?
#
# <details><summary>Answer</summary>
#
# `(2, 4)` both times: the lengths of source and target have nothing to do with each other.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Which two methods that you have written do all of this?
#
# </details>
# <details><summary>Hint 2</summary>
#
# What one of them returns is the other's first argument.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: xs `(N, S)`; h `(N, H)`; result `(N, sample_size)`.
#
# </details>

# %% nbgrader={"grade": true, "grade_id": "seq2seq_generate", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
counter = Seq2seq(5, 5, 5)
remember_last(*counter.params[:4])
count_on(*counter.params[4:])
for _ in range(2):
    ids = counter.generate(np.array([[1, 2, 1], [1, 1, 2]]), 0, 2)
    assert np.array_equal(ids, [[2, 3], [3, 4]]), "on from the last character of each source"
assert np.array_equal(counter.generate(np.array([[3]]), 0, 1), [[4]]), "one source, one character"

# %% [markdown]
# Ask the untrained model:

# %%
for question, row in zip(questions[:4], fresh.generate(sums_xs[:4], char_to_id["_"], 2), strict=True):
    print(f"{question:>5} = {''.join(characters[id] for id in row)!r}")

# %% [markdown]
# It says the same to everything; its word vectors are still tiny, so that h is nearly zero whatever it reads.
#
# ## How many answers are right?
#
# The loss says how surprised the model is, character by character, with a teacher at its side. What we want to know is something else: how many sums come out right.
#
# ### exact_match — a whole answer or nothing
#
# A row counts if every one of its characters is right, and else it does not count at all.
#
# **What shape?** `predicted == expected` for two arrays `(N, T)`: what shape is it, and what must be made of it before taking a mean?
#
# <details><summary>Answer</summary>
#
# `(N, T)` bool. Each row must become one truth value, `(N,)`.
#
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# A mean over all characters gives credit for half an answer. Where has the step from characters to rows to happen?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.all` takes an axis. NumPy compares `(2, 3)` with `(1, 3)` without a word: look at the shapes yourself.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Shapes: comparison `(N, T)`; one bool per row `(N,)`; a float.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "exact_match", "locked": false, "schema_version": 3, "solution": true, "task": false}
def exact_match(predicted, expected):
    """The share of rows that are right in every position.

    predicted, expected  int arrays (N, T), N >= 1
    returns              float from 0.0 to 1.0
    Raises ValueError if the shapes differ, naming both.
    """
    # exact_match: about 4 lines
    ### BEGIN SOLUTION
    predicted, expected = np.asarray(predicted), np.asarray(expected)
    if predicted.shape != expected.shape:
        raise ValueError(f"predicted and expected must have one shape, got {predicted.shape} and {expected.shape}")
    return float(np.mean(np.all(predicted == expected, axis=1)))
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "exact_match_check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
expected = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9], [1, 1, 1]])
assert exact_match(expected, expected) == 1.0
predicted = np.array([[1, 2, 3], [4, 5, 0], [0, 8, 9], [0, 0, 0]])
assert exact_match(predicted, expected) == 0.25, "one row of four, though 7 of 12 characters are right"
assert exact_match(expected[:, ::-1], expected) == 0.25, "the right numbers in the wrong places: only 1, 1, 1 is right"
assert isinstance(exact_match(predicted, expected), float)
message = ""
try:
    exact_match(predicted[:1], expected)
except ValueError as error:
    message = str(error)
for shape in ("(1, 3)", "(4, 3)"):
    assert shape in message, f"two shapes must raise ValueError with a message that names {shape}"

# %% [markdown]
# How much stricter is it? Suppose that every character is right with the same probability, independently of the others:

# %%
rng, right, truth = np.random.default_rng(18), {}, np.zeros((2000, 4), int)
for share in (0.5, 0.7, 0.9, 0.97):
    written = (rng.random(truth.shape) > share).astype(int)
    right[f"{share:.0%}"] = exact_match(written, truth)
plot_distributions({"exact match of 4 characters": list(right.values())}, list(right))

# %% [markdown]
# With 90% of the characters right, a third of the sums are wrong.
#
# ## Does it learn to add?
#
# ### seq2seq_training — sums that it has never seen
#
# It trains your own pieces together: unlike elsewhere, a mistake in one of them may cost points here as well.
#
# There is nothing to write here: the cell below trains **your** `Seq2seq` on sums of numbers below 50. It takes some six seconds, more if your layers loop a lot.
#
# A fifth of the pairs of numbers was set aside; if `12+31` was set aside, so was `31+12`. A model that only knows the sums of its lessons by heart gets none of these right.

# %% nbgrader={"grade": false, "grade_id": "train_toy_adder", "locked": true, "schema_version": 3, "solution": false, "task": false}
def train_toy_adder(xs, ts, vocab_size, seed, curve=None):
    """A Seq2seq trained on sources xs (N, S) and targets ts (N, T): weights from `seed`, 40 epochs in batches of 32.

    curve    a list that gets the mean training loss of every epoch, or None
    returns  the trained model
    """
    rng, epochs = np.random.default_rng(seed), 40
    model, optimizer = Seq2seq(vocab_size, 16, 64, rng), Adam()
    trainer = Trainer(model, optimizer)
    for epoch in range(epochs):
        optimizer.lr = 0.01 * (1 - epoch / epochs)
        losses = trainer.fit(xs, ts, 1, 32, max_grad=5.0, rng=rng, progress=False)
        if curve is not None:
            curve.extend(losses)
    return model

# %% nbgrader={"grade": true, "grade_id": "seq2seq_training", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
curve = []
adder = train_toy_adder(sums_xs, sums_ts, len(characters), seed=19, curve=curve)
unseen_xs = encode_texts(unseen_questions, char_to_id, 5)
unseen_ts = encode_texts(unseen_answers, char_to_id, 3)
written = adder.generate(unseen_xs, char_to_id["_"], 2)
reached = exact_match(written, unseen_ts[:, 1:])
plot_curves({"training": curve}, "loss, nats per character", {"knows nothing, log(13)": np.log(13)})
print(f"exact match: {reached:.3f} on {len(written)} unseen sums")
assert reached > 0.7, "see the encoder, decoder and seq2seq questions"

# %% [markdown]
# Nobody ever told it that 4 comes after 3. What do its mistakes look like?

# %% tags=["skip-execution"]
texts = ["".join(characters[id] for id in row).strip() for row in written]
missed = [(q, w, a[1:]) for q, w, a in zip(unseen_questions, texts, unseen_answers, strict=True) if w != a[1:]]
for question, wrong, right in missed[:8]:
    print(f"{question:>5} = {right:>2}, written: {wrong}")
off = np.array([int(wrong) - int(right) for _, wrong, right in missed if wrong.isdigit()])
reach = range(-4, 5)
plot_distributions({f"{len(off)} mistakes: how far off": [np.sum(off == d) for d in reach]}, [str(d) for d in reach])

# %% [markdown]
# Off by one, nearly all of them. Someone who adds in columns and forgets to carry is off by ten; this is more like reading a length off a ruler, with now and then a small slip.
#
# ## Experiment: sums of up to three digits
#
# 45,000 sums of numbers below 1000 to learn from, 5,000 others to be judged by: questions of up to 7 characters, answers of up to 4. Short sums are few, so they come many times; and other than in the toy task, `12+31` may be on one side and `31+12` on the other.
#
# These cells take one to two minutes on one core. They are not run when your notebook is graded.

# %% tags=["skip-execution"]
train, test, characters = load_addition()
char_to_id = {sign: id for id, sign in enumerate(characters)}
(xs, test_xs), (ts, test_ts) = (
    [encode_texts(part[side], char_to_id, width) for part in (train, test)] for side, width in ((0, 7), (1, 5))
)
for rows, part in (("to learn from", train), ("to be judged by", test)):
    print(f"{len(part[0]):,} {rows}, {len(set(part[0])):,} of them different")
print(f"{len(set(train[0]) & set(test[0]))} in both")
for question, answer in zip(test[0][:5], test[1][:5], strict=True):
    print(f"{question!r:10} {answer!r}")

# %% [markdown]
# Before you run it: the small adder got nearly all of its sums right. What do you expect here, after 25 epochs?

# %% tags=["skip-execution"]
rng = np.random.default_rng(20)
model = Seq2seq(len(characters), wordvec_size=16, hidden_size=128, rng=rng)
trainer, epochs, losses, matches = Trainer(model, Adam()), 25, [], []
for _ in tqdm(range(epochs), desc="epochs"):
    losses += trainer.fit(xs, ts, 1, 128, max_grad=5.0, rng=rng, progress=False)
    written = model.generate(test_xs, char_to_id["_"], 4)
    matches.append(exact_match(written, test_ts[:, 1:]))
plot_curves({"yours": matches, **expected_curves("plain")}, "exact match, unseen sums", {"all right": 1.0})

# %% [markdown]
# The other curve is the median of three seeds. Yours need not follow it closely (exact match jumps up and down from epoch to epoch), but it should end in that region. And that is low.
#
# Where is it lost? The table gives the exact match by the number of digits in the two numbers; the bars are for sums with an answer of three digits.

# %% tags=["skip-execution"]
right = written == test_ts[:, 1:]
lengths = np.array([[len(number) for number in question.split("+")] for question in test[0]])
print(f"after {epochs} epochs: exact match {matches[-1]:.3f}, characters right {right.mean():.3f}\n")
print("digits of the second number:    1      2      3")
for first in (1, 2, 3):
    rows = [(lengths == (first, second)).all(axis=1) for second in (1, 2, 3)]
    print(f"{first} in the first number:   ", *(f"{right[row].all(axis=1).mean():6.3f}" for row in rows))
texts = ["".join(characters[id] for id in row).strip() for row in written]
numbers = [(int(text), int(answer[1:])) for text, answer in zip(texts, test[1], strict=True) if text.isdigit()]
off = np.array([abs(number - answer) for number, answer in numbers if number != answer])
print(f"\nwrong answers are off by {np.median(off):.0f} (median)")
three = np.array([len(answer) == 4 for answer in test[1]])
plot_distributions({"digits right": right[three].mean(axis=0)[:3]}, ["1st", "2nd", "3rd"])

# %% [markdown]
# Small sums mostly come out right (the corner of one digit plus one rests on ten questions, its neighbours on ninety). But look at three digits plus one: such an answer is mostly the first number over again, and yet few come out right. What fails is less the adding than the keeping: the answer is about as large as it should be, and its last digit is little better than a guess.

# %% [markdown]
# A guess at the reason. Question and answer are written in the same order, so the first character of the question has to pass through seven steps of recurrence until the first character of the answer is written, and its gradient has to come back through all of them: the picture under `encoder_backward`. If that is the trouble, it should help to bring some characters nearer to where they are needed, with the same model and the same sums.

# %% [markdown]
# ## What to take along
#
# - An encoder turns a sequence of any length into one vector; a decoder turns this vector into another sequence.
# - Training reads the right characters (teacher forcing), shifted by one against those to be written; generating reads its own.
# - The only link between the halves is h forwards and dh backwards.
# - Exact match counts whole answers, and it is judged on questions that were never seen.
#
# In the next assignment, one line of code puts the guess to the test: the question is read backwards.
