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
# # The same ideas in PyTorch: a translator of words
#
# For six notebooks you wrote every gradient by hand. From here on PyTorch does that. You build a translator from English to French and to Korean: an encoder that reads both ways, a decoder with attention, training, and three ways to get a translation out of it.
#
# Written for Python 3.11 and newer; it is graded with 3.11 or 3.12, where syntax of a later version does not run.
#
# | symbol | meaning | shape | name in code |
# | --- | --- | --- | --- |
# | `N` | rows of a batch | | |
# | `S`, `T` | tokens of a source, of a target, marks and padding counted | | |
# | `D`, `H`, `V` | embedding, hidden, vocabulary size | | `embedding_size`, `hidden_size`, `vocab_size` |
# | `Q`, `K`, `M` | size of a query, of a key, of a value | | `query_size`, `key_size` |
# | `A` | inner size of the concat score | | `attention_size` |
# | `x`, `y` | ids of the source; of the target, led by SOS | `(N, S)`, `(N, T)` | `src`, `tgt` |
# | lengths | tokens of each source, EOS counted | `(N,)` | `src_lengths`, `lengths` |
# | `o` | the encoder's states at every step | `(N, S, 2H)` | `outputs`, `enc_outputs` |
# | `s` | the decoder's state | `(N, H)` | `hidden` |
# | `a` | attention weights | `(N, S)` | `weights` |
# | `c` | context: the states `o`, each times its weight, added up | `(N, K)` | `context`, `value` |
# | mask | True where the source has a real token | `(N, S)` bool | `mask` |
# | logits | scores before the softmax | `(N, T - 1, V)` | `logits` |

# %% [markdown]
# ## What is in this notebook
#
# Sixteen questions, 100 points. The minutes are our estimate for somebody who has done 01 to 06.
#
# | question | points | minutes | question | points | minutes |
# | --- | --- | --- | --- | --- | --- |
# | `collate` | 4 | 10 | `masked_loss` | 4 | 8 |
# | `bucketed_batches` | 5 | 12 | `train_epoch` (with `evaluate`) | 8 | 20 |
# | `embed_one_hot` | 4 | 5 | `sequence_log_probability` | 6 | 12 |
# | `encoder` | 8 | 20 | `greedy_decode` | 5 | 15 |
# | `soft_lookup` | 6 | 12 | `beam_search` | 9 | 40 |
# | `score_modules` | 6 | 15 | `corpus_bleu` | 6 | 20 |
# | `decoder_step` | 7 | 12 | `one_hot_translator` | 7 | 20 |
# | `teacher_forcing` | 7 | 15 | `translation_training` | 8 | waiting |

# %% [markdown]
# ## The rules
#
# - You need torch: `pip install torch`. Keep `given.py` and the folder `data` beside this file.
# - Ready-made translators and attention layers (`nn.MultiheadAttention`, `nn.Transformer`) are not what is asked.
# - The names of attributes in a class's docstring are fixed: hidden tests put their own weights there.
# - A module has the parameters that its docstring names, and no others.
# - What comes in stays as it is. Results keep the dtype of the weights.
# - Write where a cell raises `NotImplementedError`, in place of that line. At first every check fails: that is right.
# - The checks you see are small; hidden ones ask the same of other sizes. A check cell is locked; to look into it, copy it.

# %% nbgrader={"grade": false, "grade_id": "imports", "locked": true, "schema_version": 3, "solution": false, "task": false}
import math
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from given import (
    EOS, PAD, SOS, UNK, Vocabulary, agree, all_right, chrf, draw_decoder_step, load_pairs, load_phrases, plot_lines,
    plot_word_maps,
)  # fmt: skip
from given import DistanceScore, WordBag, gradient_descent  # noqa: F401 - for hidden tests
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from tqdm.auto import tqdm

torch.set_num_threads(1)  # these models are small

# %% [markdown]
# ## What was tedious in NumPy
#
# Three things made the last notebooks long.
#
# 1. **Every `forward` needed a `backward`.** For attention that meant three ways back to the encoder's states, and none might be forgotten.
# 2. **All rows had one width.** Dates were padded to 29 characters, and the padding was read like everything else, unless lengths were handed through every layer.
# 3. **All rows wrote the same number of steps.** An ISO date has ten characters. A sentence ends when it ends.
#
# %% [markdown]
# The first one PyTorch takes off you. A tensor that `requires_grad` remembers what was computed from it; `backward` goes through that record from the end to the start. Here is attention's softmax from notebook 05, with the gradient that you derived there beside the one that nobody derived:

# %%
e = torch.tensor([0.0, math.log(2), 2 * math.log(2)], requires_grad=True)  # three scores
a = e.softmax(dim=0)
da = torch.tensor([7.0, 0.0, 0.0])  # the gradient that comes in
a.backward(da)
print("weights         ", a.detach())
print("by torch        ", e.grad)
print("by your formula ", (a * (da - (a * da).sum())).detach())

# %% [markdown]
# What you wrote by hand, and what it is called here:
#
# | yours | in torch | its parameters |
# | --- | --- | --- |
# | `TimeEmbedding` | `nn.Embedding(V, D)` | `weight (V, D)` |
# | `TimeAffine` | `nn.Linear(D, H)` | `weight (H, D)`, `bias (H,)`: rows are outputs |
# | `TimeBiLSTM`, `ResidualLSTM` | `nn.LSTM`, `nn.GRU` with `bidirectional=True`, `num_layers=2` | four arrays for each layer and direction |
# | one step of them | `nn.LSTMCell`, `nn.GRUCell` | four arrays |
# | `TimeSoftmaxWithLoss` | `F.cross_entropy` | none |
# | `params`, `grads` | `module.parameters()`, and `.grad` of each | |
# | `backward` | `loss.backward()`, which **adds** to every `.grad` | |
#
# The second and third point are still yours. They are most of this notebook.

# %% [markdown]
# ## The data
#
# Short phrases in English, French and Korean: dates, times, measures, money, lists, names. What a test phrase is about (this date, this amount) is in no training phrase; its words are.

# %%
train, validation, test = load_phrases("french")
korean, _, korean_test = load_phrases("korean")
for (english, french), (_, in_korean) in list(zip(train, korean, strict=True))[:6]:
    print(f"{english:44} {french:40} {in_korean}")

# %% [markdown]
# A `Vocabulary` gives every word an id. The first four ids are marks: `PAD` 0 fills rows up, `SOS` 1 starts a target, `EOS` 2 ends a text, `UNK` 3 stands for words that have no id. `encode` adds no mark by itself. The more frequent a word, the smaller its id.

# %%
english_words, french_words = (Vocabulary(side) for side in zip(*train, strict=True))
print(len(english_words), "English words,", len(french_words), "French words")
print(english_words.split("in 12 hours"), english_words.encode("in 12 hours"), english_words.encode("in 12 zorkmids"))
assert english_words.encode("zorkmids") == [UNK]

# %% [markdown]
# Some check cells use modules whose weights were set by hand, so that you can follow them on paper. This function sets them: all weights 0, but for those that are named.

# %% nbgrader={"grade": false, "grade_id": "by_hand", "locked": true, "schema_version": 3, "solution": false, "task": false}
def by_hand(module, entries):
    """The module, all of its weights 0, but for `entries`: name of a weight -> {place in it: number}."""
    with torch.no_grad():
        for weight in module.parameters():
            weight.zero_()
        for name, numbers in entries.items():
            for place, number in numbers.items():
                module.get_parameter(name)[place] = number
    return module


log2, log3 = math.log(2), math.log(3)  # tanh(log 2) is 3/5, tanh(log 3) is 4/5

# %% [markdown]
# ## Batches of sentences
#
# Rows of a batch lie in one tensor, so the short ones are filled up. Only as far as the longest row of **this** batch: a batch of short phrases is narrow.
#
#     red cats              red   cats  EOS   PAD   PAD      length 3
#     two red blue cats     two   red   UNK   cats  EOS      length 5
#
# A target also begins with SOS. The decoder reads all of it but the last token, and is to write all of it but the first.
#
# ### collate — one batch (4 points)
#
# <details><summary>Hint 1</summary>
#
# Which marks does a source get, and which does a target get? Does the length of a source count its EOS?
#
# </details>
# <details><summary>Hint 2</summary>
#
# A list of ids plus `[PAD] * missing` is a filled row. `torch.tensor` of a list of equally long lists of int is a long tensor. (`nn.utils.rnn.pad_sequence` does it too; its `batch_first` is False unless you say so.)
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "collate", "locked": false, "schema_version": 3, "solution": true, "task": false}
def collate(pairs, src_vocab, tgt_vocab):
    """Make one batch of N pairs of texts.

    pairs      list of N pairs (source, target) of str
    src_vocab  the Vocabulary of the sources, tgt_vocab that of the targets
    returns    (src, src_lengths, tgt), long tensors, the rows in the order of the pairs:
               src (N, S): the ids of each source, then EOS; src_lengths (N,): how many these are, EOS counted
               tgt (N, T): SOS, the ids of each target, EOS
               Short rows are filled up with PAD at the end. S and T are the longest of the batch, no more
    """
    # collate: about 7 lines
    ### BEGIN SOLUTION
    def padded(rows):
        width = max(len(row) for row in rows)
        return torch.tensor([row + [PAD] * (width - len(row)) for row in rows])

    sources = [[*src_vocab.encode(source), EOS] for source, _ in pairs]
    targets = [[SOS, *tgt_vocab.encode(target), EOS] for _, target in pairs]
    return padded(sources), torch.tensor([len(row) for row in sources]), padded(targets)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "collate_check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
english = Vocabulary(["two red cats", "red cats", "cats"])  # cats is 4, red is 5, two is 6
french = Vocabulary(["deux chats", "chats"])  # chats is 4, deux is 5
pairs = [("red cats", "chats"), ("two red blue cats", "deux chats")]
src, src_lengths, tgt = collate(pairs, english, french)
agree(src, [[5, 4, 2, 0, 0], [6, 5, 3, 4, 2]], "src: the ids and EOS, then PAD; `blue` is UNK")
agree(src_lengths, [3, 5], "src_lengths count EOS")
agree(tgt, [[1, 4, 2, 0], [1, 5, 4, 2]], "tgt: SOS, the ids, EOS, then PAD")
for name, tensor in (("src", src), ("src_lengths", src_lengths), ("tgt", tgt)):
    assert tensor.dtype == torch.long, f"{name} must be a long tensor, yours is {tensor.dtype}"
src, _, tgt = collate(pairs[:1], english, french)
agree(src, [[5, 4, 2]], "one pair: src is as wide as the batch needs")
agree(tgt, [[1, 4, 2]], "one pair: tgt")
agree(collate([("", "")], english, french)[2], [[1, 2]], "two empty texts")
all_right("collate", 1, 16)

# %% [markdown]
# How much of a batch is padding? That depends on who is in it. Phrases of train have 1 to 18 words; here are 250 batches of 64, drawn without looking at the length:

# %%
def share_of_padding(batches, lengths):
    """How much of all batches together is padding, if each is as wide as its longest row."""
    filled_up = sum(max(lengths[i] for i in batch) * len(batch) for batch in batches)
    return 1 - sum(lengths) / filled_up


lengths_of_train = [len(english_words.encode(english)) + 1 for english, _ in train]
anyhow = np.random.default_rng(0).permutation(len(train)).reshape(-1, 64).tolist()
print(f"{share_of_padding(anyhow, lengths_of_train):.0%} of what these batches hold is padding")

# %% [markdown]
# So sort the rows by length and cut the sorted list into batches. Then shuffle the **batches**: if training always went from short to long, its last steps would all be about long sentences.
#
#     lengths   5 2 9 2 5 8 1      batch_size 3
#     sorted    1 2 2 | 5 5 8 | 9
#     padding   1 + 0 + 0, 3 + 3 + 0, 0: 7 in all
#
# ### bucketed_batches — rows of about one length (5 points)
#
# <details><summary>Hint 1</summary>
#
# What is to be sorted, the lengths or the indices? What is to be shuffled, the rows or the batches?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `sorted` takes a `key`, a function of what it sorts. `rng.permutation(n)` is a random order of 0 to n - 1; its entries are NumPy ints, good as places in a list, but not wanted in the result.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Rows of one length may stand in any order. Shuffle the indices before you sort them, and an epoch's batches are not those of the epoch before.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "bucketed_batches", "locked": false, "schema_version": 3, "solution": true, "task": false}
def bucketed_batches(lengths, batch_size, rng):
    """Share out rows among batches of rows that are about as long.

    lengths     list of int, the length of each row
    batch_size  int, at least 1
    rng         a numpy.random.Generator, which draws the order of the batches: every order is equally likely
    returns     list of batches, each a list of int: the indices of its rows. Every index is there once; all batches have
                batch_size rows, but one that may have fewer. The padding of all batches together is no more than if the
                rows were sorted by length and then cut
    """
    # bucketed_batches: about 3 lines
    ### BEGIN SOLUTION
    mixed = rng.permutation(len(lengths)).tolist()  # so that rows of one length are not together in every epoch
    by_length = sorted(mixed, key=lambda index: lengths[index])
    batches = [by_length[start : start + batch_size] for start in range(0, len(by_length), batch_size)]
    return [batches[place] for place in rng.permutation(len(batches))]
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "bucketed_batches_check", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
lengths = [5, 2, 9, 2, 5, 8, 1]
batches = bucketed_batches(lengths, 3, np.random.default_rng(1))
agree(sorted(i for batch in batches for i in batch), [0, 1, 2, 3, 4, 5, 6], "every index is there once")
agree(sorted(len(batch) for batch in batches), [1, 3, 3], "batches of 3, one may be smaller")
assert all(type(i) is int for batch in batches for i in batch), f"plain ints are wanted, yours are {batches}"
padding = sum(max(lengths[i] for i in batch) - lengths[j] for batch in batches for j in batch)
assert padding <= 11, f"sorted and cut there are 7 or 11 tokens of padding; yours have {padding}: {batches}"
rng, firsts = np.random.default_rng(2), Counter()
for _ in range(300):
    firsts[max(lengths[i] for i in bucketed_batches(lengths, 3, rng)[0])] += 1
assert len(firsts) == 3, f"each of the three batches must come first at times; longest rows of yours: {firsts}"
assert min(firsts.values()) > 60, f"every order is equally likely: about 100 each, yours: {firsts}"
agree(bucketed_batches([4], 3, rng), [[0]], "one row")
assert lengths == [5, 2, 9, 2, 5, 8, 1], "lengths must stay as they are"
all_right("bucketed_batches", 2, 16)

# %% [markdown]
# And now the same share, for your batches:

# %%
buckets = bucketed_batches(lengths_of_train, 64, np.random.default_rng(0))
print(f"{share_of_padding(buckets, lengths_of_train):.1%} of what the buckets hold is padding")

# %% [markdown]
# ## Words as vectors
#
# A network cannot compute with the id 7. The plainest vector for it is **one-hot**: V numbers, a single 1. Multiply it by a matrix `W (V, D)`, and what comes out is one row of `W`:
#
#     [0 0 1 0] @ W  =  row 2 of W
#
# So an embedding is a matrix product, and `nn.Embedding` is that product without the multiplications by 0. The next check shows that the two are equal, gradient included.
#
# ### embed_one_hot — a look-up is a product (4 points)
#
# <details><summary>Hint 1</summary>
#
# Which axis of `(N, T, V)` meets which axis of `(V, D)`?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `@` treats the axes before the last two as a batch. Both sides must have one dtype; `tensor.to(dtype)` makes a copy in another.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "embed_one_hot", "locked": false, "schema_version": 3, "solution": true, "task": false}
def embed_one_hot(one_hot, W):
    """Look up the vectors of words that are given as one-hot rows.

    one_hot  (N, T, V), float or long: a single 1 in each row of V numbers
    W        (V, D), a row for every word
    returns  (N, T, D), the dtype of W: equal to W[ids]
    """
    # embed_one_hot: about 1 line
    ### BEGIN SOLUTION
    return one_hot.to(W.dtype) @ W
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "embed_one_hot_check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
ids = torch.tensor([[1, 4, 1], [0, 0, 2]])  # N, T = 2, 3
W = torch.arange(20.0).reshape(5, 4).requires_grad_()  # V, D = 5, 4
vectors = embed_one_hot(F.one_hot(ids, 5).float(), W)
agree(vectors, W[ids], "the rows 1, 4, 1 and 0, 0, 2 of W")
vectors.sum().backward()
counts = torch.tensor([2.0, 2, 1, 0, 1])  # how often each word occurs
agree(W.grad, counts[:, None].expand(5, 4), "gradient of W: a row gets 1 for each time its word occurs")
double = embed_one_hot(F.one_hot(ids, 5), W.detach().double())
assert double.dtype == torch.float64, f"long one-hot rows, W in float64: the result is {double.dtype}"
agree(double, W.detach()[ids], "long one-hot rows")
all_right("embed_one_hot", 3, 16)

# %% [markdown]
# Look at row 3 of the gradient: word 3 did not occur, and its row gets exactly nothing. However long one trains, a word that was never seen keeps the vector that it was born with. No embedding knows anything about new words; that is what `UNK` is for. (Characters, or pieces of words, leave fewer words unseen. The last question of this notebook takes characters.)

# %% [markdown]
# ## The encoder
#
# It has a two-way network of **gated recurrent units** (Cho and others 2014, *Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation*). A GRU has no memory cell beside its state, and two gates in place of three:
#
# $$r = \sigma(W_r x + U_r h) \qquad z = \sigma(W_z x + U_z h)$$
#
# $$n = \tanh(W_n x + r \, (U_n h)) \qquad h' = (1 - z)\, n + z\, h$$
#
# (biases left out). `z` says how much of the old state stays. Three blocks of weights instead of four: a GRU is a quarter smaller than an LSTM of the same size.
#
# A step by hand, all weights 0 except that `n` is tanh(x log 3): both gates are 1/2, so h' = n/2 + h/2. For x = 1, 1, 0 the state is 0.4, 0.6, 0.3.

# %% [markdown]
# **Packed sequences.** In 06 you turned each row round at its own end, so that no direction began in the padding. `pack_padded_sequence` does this for you: it takes the padding out, and a bidirectional GRU then begins at every row's last real token. `pad_packed_sequence` puts zeros back.
#
#     row of length 3:    w0   w1   EOS   PAD   PAD
#     left to right       ->   ->   ->               final state at EOS
#     right to left       <-   <-   <-               final state at w0
#
# With two layers, the second reads `[left to right; right to left]` of the first. `nn.GRU` returns the final states of all layers and directions, in this order: layer 0 left to right, layer 0 right to left, layer 1 left to right, layer 1 right to left.

# %% [markdown]
# ### encoder — read both ways, whatever the lengths (8 points)
#
# The decoder will have H units, but there are two final states of H units each. A linear layer makes one of the two.
#
# **What shape?** N = 2, S = 5, H = 4, two layers. What are the shapes of the GRU's final states, and of what goes into `linear`?
#
# <details><summary>Answer</summary>
#
# `(4, 2, 4)`: layers times directions, N, H. The last two of the first axis, side by side: `(2, 8)`.
#
# </details>
# <details><summary>Hint 1</summary>
#
# The batch is in any order. Which argument of `pack_padded_sequence` allows that, and which one says that the batch comes first?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `pad_packed_sequence` returns a pair. Unless `total_length` is given it is as wide as the longest row, which may be less than S.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `nn.GRU` warns if there is dropout and only one layer, since there is nothing between layers. Give it 0 then.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "Encoder", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Encoder(nn.Module):
    """Read sources of different lengths both ways.

    embedding   nn.Embedding (V, D)
    gru         nn.GRU, bidirectional, batch first, H units each way, num_layers layers, dropout between the layers
    linear      nn.Linear from 2H to H
    """

    def __init__(self, vocab_size, embedding_size, hidden_size, num_layers=2, dropout=0.1):
        super().__init__()
        # encoder: about 4 lines
        ### BEGIN SOLUTION
        between = dropout if num_layers > 1 else 0.0  # torch warns where there is nothing between layers
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.gru = nn.GRU(
            embedding_size, hidden_size, num_layers, batch_first=True, dropout=between, bidirectional=True
        )
        self.linear = nn.Linear(2 * hidden_size, hidden_size)
        ### END SOLUTION

    def forward(self, src, lengths):
        """src (N, S) long, padded at the end; lengths (N,) long, on the CPU, in any order -> (outputs, hidden).

        outputs  (N, S, 2H), the top layer's states at every step, left to right first; 0 at padding
        hidden   (N, H), `linear` of the top layer's two final states, left to right first. No tanh
        """
        # encoder: about 4 lines
        ### BEGIN SOLUTION
        packed = pack_padded_sequence(self.embedding(src), lengths, batch_first=True, enforce_sorted=False)
        outputs, final = self.gru(packed)
        outputs, _ = pad_packed_sequence(outputs, batch_first=True, total_length=src.shape[1])
        return outputs, self.linear(torch.cat([final[-2], final[-1]], dim=1))
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "encoder", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
entries = {"embedding.weight": {(4, 0): 1, (5, 0): 1, (6, 0): 1}, "gru.weight_ih_l0": {(8, 0): log3},
           "gru.weight_ih_l0_reverse": {(8, 0): log2}, "linear.weight": {(0, 0): 10, (1, 4): 10}}  # fmt: skip
tiny = by_hand(Encoder(7, 3, 4, num_layers=1), entries)  # V, D, H = 7, 3, 4; a word is x = 1, EOS is x = 0
src, lengths = torch.tensor([[4, 5, 2, 0, 0], [6, 4, 5, 6, 2]]), torch.tensor([3, 5])  # N, S = 2, 5
outputs, hidden = tiny(src, lengths)
assert outputs.shape == (2, 5, 8), f"outputs: (N, S, 2H) = (2, 5, 8) is wanted, yours is {tuple(outputs.shape)}"
agree(outputs[..., 0], [[0.4, 0.6, 0.3, 0, 0], [0.4, 0.6, 0.7, 0.75, 0.375]], "left to right, unit 0")
agree(outputs[..., 4], [[0.45, 0.3, 0, 0, 0], [0.5625, 0.525, 0.45, 0.3, 0]], "right to left, unit 0: begins at EOS")
wanted = [[3, 4.5, 0, 0], [3.75, 5.625, 0, 0]]
agree(hidden, wanted, "hidden: linear of the two final states, left to right first, without tanh")
torch.manual_seed(0)
deep = Encoder(7, 3, 4).eval()  # two layers
outputs, hidden = deep(src, lengths)
top = torch.cat([outputs[[0, 1], [2, 4], :4], outputs[:, 0, 4:]], dim=1)
agree(hidden, deep.linear(top), "two layers: the final states are those of the top layer")
agree(deep(src.flip(0), lengths.flip(0))[1], hidden.flip(0), "another order of the rows")
wide, same = deep(F.pad(src, (0, 1)), lengths)
agree(same, hidden, "a column of padding more: hidden is the same")
agree(wide, F.pad(outputs, (0, 0, 0, 1)), "a column of padding more: outputs have a column of zeros more")
all_right("encoder", 4, 16)

# %% [markdown]
# ## A dictionary whose look-up is soft
#
# You know attention from 05. Here it is as one function of three things that need not be the same: a **query**, **keys** that it is compared with, and **values** that are mixed. How they are compared is an argument too: `score(query, keys)`.
#
# $$a_j = \frac{\exp \text{score}(q, k_j)}{\sum_i \exp \text{score}(q, k_i)} \qquad c = \sum_j a_j v_j$$
#
# An example with S = 3 and the scores 0, log 2 and 2 log 2: their exponentials are 1, 2 and 4, so the weights are 1/7, 2/7 and 4/7. With the mask `True False True` they are 1/5, exactly 0, and 4/5.
#
# ### soft_lookup — scores, weights, mixture (6 points)
#
# <details><summary>Hint 1</summary>
#
# When is a score to be masked: before the softmax, or after it? What must its exponential be?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `scores.masked_fill(condition, number)` makes a copy with the number where the condition is True. `mask.any(dim=1)` is one bool for each row, `~mask` the opposite of the mask.
#
# </details>
# <details><summary>Hint 3</summary>
#
# The mixture is a product of matrices for each row: weights `(N, 1, S)`, values `(N, S, M)`, result `(N, 1, M)`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "soft_lookup", "locked": false, "schema_version": 3, "solution": true, "task": false}
def soft_lookup(query, keys, values, score, mask=None):
    """Look up N queries in N dictionaries of S entries each.

    query    (N, Q);  keys (N, S, K);  values (N, S, M)
    score    a function or a module: score(query, keys) -> scores (N, S)
    mask     (N, S) bool, True for a real entry; None: all are real
    returns  (value, weights): weights (N, S), softmax of the scores, exactly 0 where the mask is False, each row sums
             to 1; value (N, M), the values, each times its weight, added up
    raises   ValueError for a row of mask that has no True
    """
    # soft_lookup: about 7 lines
    ### BEGIN SOLUTION
    scores = score(query, keys)
    if mask is not None:
        if not mask.any(dim=1).all():
            raise ValueError("mask must have a True in every row")
        scores = scores.masked_fill(~mask, -math.inf)
    weights = scores.softmax(dim=1)
    return (weights[:, None] @ values)[:, 0], weights
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "soft_lookup_check", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
def first_units(query, keys):
    return query[:, :1] * keys[:, :, 0]


query, keys = torch.tensor([[log2, 5, 5, 5], [0, 5, 5, 5]]), torch.tensor([[[0.0], [1], [2]]] * 2)  # Q, K = 4, 1
values = torch.stack([7 * torch.eye(3, 5), 3 * torch.eye(3, 5)])  # N, S, M = 2, 3, 5
value, weights = soft_lookup(query, keys, values, first_units)
agree(weights, [[1 / 7, 2 / 7, 4 / 7], [1 / 3] * 3], "weights of the scores 0, log 2, 2 log 2; and of 0, 0, 0")
agree(value, [[1, 2, 4, 0, 0], [1, 1, 1, 0, 0]], "the values times their weights, added up")
mask = torch.tensor([[True, False, True], [False, True, True]])
value, weights = soft_lookup(query, keys, values, first_units, mask)
agree(weights, [[1 / 5, 0, 4 / 5], [0, 1 / 2, 1 / 2]], "weights with a mask: the others still add up to 1")
assert not weights[~mask].any(), f"exactly 0 where the mask is False, yours: {weights}"
agree(value, [[7 / 5, 0, 28 / 5, 0, 0], [0, 3 / 2, 3 / 2, 0, 0]], "the mixture with a mask")
sure = soft_lookup(1e6 * query, keys, values, first_units, mask)[0]
agree(sure[0], [0, 0, 7, 0, 0], "large scores: an ordinary look-up in row 0")
try:
    soft_lookup(query, keys, values, first_units, torch.tensor([[True, True, True], [False, False, False]]))
except ValueError as error:
    print("refused, as it should be:", error)
else:
    raise AssertionError("a row of mask without a True must raise ValueError")
all_right("soft_lookup", 5, 16)

# %% [markdown]
# Try it as a real dictionary. Three words have one-hot keys and a number as their value. `sharpness` multiplies the score; change it.

# %%
def price(word, sharpness):
    """Look a price up in a soft dictionary."""
    words, prices = ["bread", "milk", "salt"], torch.tensor([[[3.0], [1.0], [0.5]]])
    keys = torch.eye(3)[None]
    value, weights = soft_lookup(keys[:, words.index(word)], keys, prices, lambda q, k: sharpness * (k @ q[0]))
    return round(value.item(), 3), weights[0].numpy().round(3)


for sharpness in (0, 1, 3, 10):
    print(f"sharpness {sharpness:2}: the price of milk is", *price("milk", sharpness))

# %% [markdown]
# ## Three ways to compare
#
# Luong, Pham and Manning (2015, *Effective Approaches to Attention-based Neural Machine Translation*) compared three scores:
#
# | | score of query q and key k | parameters |
# | --- | --- | --- |
# | dot | $q \cdot k$ | none; q and k must have one size |
# | general | $q \, W \, k$ | `weight (Q, K)` |
# | concat | $v \cdot \tanh(W [q; k])$ | `W (A, Q + K)`, `v (A,)` |
#
# `[q; k]` is q and k one after the other. The same query meets all S keys, so it has to be repeated S times before it can be joined to them.
#
# ### score_modules — dot, general, concat (6 points)
#
# An `nn.Parameter` that is an attribute of a module is found by `parameters()`, by the optimizer, and by the grader. How you draw the first numbers is up to you; small random ones are good, and not all of them 0 in `W` and `v` at once.
#
# <details><summary>Hint 1</summary>
#
# `(q @ weight)` is a query of another size. What is then left to do?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `query[:, None]` has shape `(N, 1, Q)`; `.expand(-1, S, -1)` repeats it without copying. `torch.cat` joins along `dim=2`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `(N, S, Q + K)` times the transposed `W` is `(N, S, A)`; times `v` it is `(N, S)`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "DotScore", "locked": false, "schema_version": 3, "solution": true, "task": false}
class DotScore(nn.Module):
    """The dot product of the query with each key. No parameters."""

    def forward(self, query, keys):
        """query (N, K), keys (N, S, K) -> scores (N, S)."""
        # score_modules: about 1 line
        ### BEGIN SOLUTION
        return (keys @ query[:, :, None])[:, :, 0]
        ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "GeneralScore", "locked": false, "schema_version": 3, "solution": true, "task": false}
class GeneralScore(nn.Module):
    """A matrix between query and key: query weight key.

    weight   nn.Parameter (Q, K)
    """

    def __init__(self, query_size, key_size):
        super().__init__()
        # score_modules: about 1 line
        ### BEGIN SOLUTION
        self.weight = nn.Parameter(torch.randn(query_size, key_size) / query_size**0.5)
        ### END SOLUTION

    def forward(self, query, keys):
        """query (N, Q), keys (N, S, K) -> scores (N, S)."""
        # score_modules: about 1 line
        ### BEGIN SOLUTION
        return (keys @ (query @ self.weight)[:, :, None])[:, :, 0]
        ### END SOLUTION

# %% [markdown]
# And the small network:

# %% nbgrader={"grade": false, "grade_id": "ConcatScore", "locked": false, "schema_version": 3, "solution": true, "task": false}
class ConcatScore(nn.Module):
    """A small network with one hidden layer: v . tanh(W [query; key]).

    W   nn.Parameter (A, Q + K): its first Q columns are for the query
    v   nn.Parameter (A,)
    """

    def __init__(self, query_size, key_size, attention_size):
        super().__init__()
        # score_modules: about 3 lines
        ### BEGIN SOLUTION
        joined_size = query_size + key_size
        self.W = nn.Parameter(torch.randn(attention_size, joined_size) / joined_size**0.5)
        self.v = nn.Parameter(torch.randn(attention_size) / attention_size**0.5)
        ### END SOLUTION

    def forward(self, query, keys):
        """query (N, Q), keys (N, S, K) -> scores (N, S)."""
        # score_modules: about 3 lines
        ### BEGIN SOLUTION
        queries = query[:, None].expand(-1, keys.shape[1], -1)
        joined = torch.cat([queries, keys], dim=2)
        return torch.tanh(joined @ self.W.T) @ self.v
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "score_modules", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
keys = torch.arange(24.0).reshape(2, 4, 3)  # N, S, K = 2, 4, 3
query = torch.tensor([[1.0, 2, 0], [0, 1, -1]])
agree(DotScore()(query, keys), [[2, 11, 20, 29], [-1] * 4], "dot: (1, 2, 0) and (0, 1, -1) with each key of their row")
assert not list(DotScore().parameters()), "dot has no parameters"
query, keys = torch.tensor([[1.0, 0, 2], [-1, 0, 0]]), torch.zeros(2, 4, 5)  # Q, K = 3, 5
keys[..., 4], keys[..., 1] = torch.tensor([0.0, 1, -1, 0]), torch.tensor([0.0, 0, 0, 7])
general = by_hand(GeneralScore(3, 5), {"weight": {(0, 4): 10, (2, 1): 1}})
agree(general(query, keys), [[0, 10, -10, 14], [0, -10, 10, 0]], "general: 10 q[0] k[4] + q[2] k[1]")
concat = by_hand(ConcatScore(3, 5, 6), {"W": {(0, 0): log3, (1, 7): log2}, "v": {0: 5, 1: 10}})  # A = 6
wanted = [[4, 10, -2, 4], [-4, 2, -10, -4]]
agree(concat(query, keys), wanted, "concat: 5 tanh(log 3 q[0]) + 10 tanh(log 2 k[4])")
shapes = {name: tuple(weight.shape) for name, weight in [*general.named_parameters(), *concat.named_parameters()]}
agree(shapes, {"weight": (3, 5), "W": (6, 8), "v": (6,)}, "names and shapes of the parameters")
double = ConcatScore(3, 5, 6).double()(query.double(), keys.double())
assert double.dtype == torch.float64, f"the dtype of the weights stays, yours is {double.dtype}"
all_right("score_modules", 6, 16)

# %% [markdown]
# ## One step of the decoder
#
# The decoder reads one token and scores the next one. Its cell makes a new state, and the **new** state asks the encoder's outputs. State and context together score the V words:
#
# $$s_t = \text{GRU}(y_t, s_{t-1}) \qquad c_t = \text{lookup}(s_t) \qquad \text{logits}_t = W_{out} [s_t; c_t] + b$$

# %%
draw_decoder_step()

# %% [markdown]
# ### decoder_step — read, look back, score (7 points)
#
# The mask keeps the look-up off the padding. The encoder's outputs are keys and values at once.
#
# <details><summary>Hint 1</summary>
#
# Which state asks in the picture: the one that came in, or the one that the cell made?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `nn.GRUCell` takes `(N, D)` and `(N, H)` and returns the new state. You have written the look-up already.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "AttentionDecoder", "locked": false, "schema_version": 3, "solution": true, "task": false}
class AttentionDecoder(nn.Module):
    """Read one token, look back at the source, score the next token.

    embedding   nn.Embedding (V, D)
    gru         nn.GRUCell from D to H
    score       the score that is handed in, a module: score(query (N, H), keys (N, S, K)) -> (N, S)
    output      nn.Linear from H + K to V: of [hidden; context], in this order
    """

    def __init__(self, vocab_size, embedding_size, hidden_size, key_size, score):
        super().__init__()
        # decoder_step: about 4 lines
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.gru = nn.GRUCell(embedding_size, hidden_size)
        self.score = score
        self.output = nn.Linear(hidden_size + key_size, vocab_size)
        ### END SOLUTION

    def forward(self, input_ids, hidden, enc_outputs, mask):
        """One step for each of N rows -> (logits (N, V), the new hidden (N, H), weights (N, S)).

        input_ids    (N,) long, the token that each row reads;  hidden (N, H), the state before
        enc_outputs  (N, S, K), keys and values at once;  mask (N, S) bool, True for a real token of the source
        raises       ValueError for a row of mask that has no True
        """
        # decoder_step: about 4 lines
        ### BEGIN SOLUTION
        hidden = self.gru(self.embedding(input_ids), hidden)
        context, weights = soft_lookup(hidden, enc_outputs, enc_outputs, self.score, mask)
        return self.output(torch.cat([hidden, context], dim=1)), hidden, weights
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "decoder_step", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
class FirstUnits(nn.Module):
    def forward(self, query, keys):
        return query[:, :1] * keys[:, :, 0]


entries = {"embedding.weight": {(4, 0): 1}, "gru.weight_ih": {(10, 0): log3}, "output.weight": {(6, 0): 10, (3, 5): 7}}
decoder = by_hand(AttentionDecoder(8, 4, 5, 6, FirstUnits()), entries)  # V, D, H, K = 8, 4, 5, 6
hidden, enc_outputs = torch.zeros(2, 5), torch.zeros(2, 3, 6)  # N, S = 2, 3
hidden[:, 0], enc_outputs[1, :, 0] = torch.tensor([0.4, 2 * log2]), torch.tensor([0.0, 1, 2])
mask, kept = torch.tensor([[True, True, False], [True, True, True]]), hidden.clone()
logits, new, weights = decoder(torch.tensor([4, 5]), hidden, enc_outputs, mask)
agree(new[:, 0], [0.6, log2], "the new state, unit 0: 0.8/2 + 0.4/2, and 0 + 2 log 2 / 2")
agree(weights, [[1 / 2, 1 / 2, 0], [1 / 7, 2 / 7, 4 / 7]], "weights: padding gets 0; the new state, log 2, asks")
wanted = torch.zeros(2, 8)
wanted[:, 6], wanted[1, 3] = torch.tensor([6, 10 * log2]), 10
agree(logits, wanted, "logits: 10 times unit 0 for id 6, 7 times the context's first number for id 3")
agree(hidden, kept, "the state that came in stays as it is")
names = sorted({name.split(".")[0] for name, _ in decoder.named_parameters()})
agree(names, ["embedding", "gru", "output"], "what has parameters")
shape = tuple(decoder.output.weight.shape)
assert shape == (8, 11), f"output reads [hidden; context], so its weight is (V, H + K) = (8, 11); yours is {shape}"
all_right("decoder_step", 7, 16)

# %% [markdown]
# ## Who says what came before
#
# While it learns, the decoder can be told the true previous token. This is **teacher forcing**; in 02 to 05 you trained in no other way. When it translates, nobody tells it anything: it reads what it wrote itself.
#
#     wanted             12      heures    EOS
#     written            12      jours     EOS
#     told the truth     SOS     12        heures      reads the truth, whatever it wrote
#     on its own         SOS     12        jours       reads its own mistake
#
# A model that was always told has never seen a mistake of its own. Bengio and others (2015, *Scheduled Sampling for Sequence Prediction with Recurrent Neural Networks*) throw a coin at every step.

# %% [markdown]
# ### teacher_forcing — the whole model (7 points)
#
# `Translator` runs the encoder once and the decoder T - 1 times. The logits of step t score the token `tgt[:, t + 1]`.
#
# <details><summary>Hint 1</summary>
#
# The last token of `tgt` is never read. How many steps are there, and which token does the first step read?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `torch.rand((), generator=generator)` is one number, at least 0 and less than 1. With which comparison is a probability of 1 always true, and one of 0 never?
#
# </details>
# <details><summary>Hint 3</summary>
#
# Collect the logits in a list, and join them at the end with `torch.stack(steps, dim=1)`. The mask can be had from `src`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "Translator", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Translator(nn.Module):
    """An encoder and a decoder.

    encoder   encoder(src, lengths) -> (outputs, hidden), as Encoder
    decoder   decoder(input_ids, hidden, outputs, mask) -> (logits, hidden, weights), as AttentionDecoder
    """

    def __init__(self, encoder, decoder):
        super().__init__()
        # teacher_forcing: about 2 lines
        ### BEGIN SOLUTION
        self.encoder = encoder
        self.decoder = decoder
        ### END SOLUTION

    def forward(self, src, lengths, tgt, teacher_forcing_prob=1.0, generator=None):
        """Score every next token of the targets: src (N, S), lengths (N,), tgt (N, T), T at least 2 -> (N, T - 1, V).

        The first token that the decoder reads is tgt[:, 0]. At each later step it reads the true one, tgt[:, t], with
        the probability teacher_forcing_prob, else the token that itself scored best the step before. One draw decides
        for the whole batch. The model's mode, train or eval, makes no difference.

        generator   a torch.Generator that the draws come from; None: torch's own
        """
        # teacher_forcing: about 10 lines
        ### BEGIN SOLUTION
        enc_outputs, hidden = self.encoder(src, lengths)
        mask, input_ids, steps = src != PAD, tgt[:, 0], []
        for t in range(1, tgt.shape[1]):
            logits, hidden, _ = self.decoder(input_ids, hidden, enc_outputs, mask)
            steps.append(logits)
            told = torch.rand((), generator=generator) < teacher_forcing_prob
            input_ids = tgt[:, t] if told else logits.argmax(dim=1)
        return torch.stack(steps, dim=1)
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "teacher_forcing", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
class Stubborn(nn.Module):
    """A decoder that scores id 8 best, counts its steps in the score of id 0, and notes what it reads."""

    def forward(self, input_ids, hidden, enc_outputs, mask):
        self.read.append(input_ids.tolist())
        self.mask, hidden = mask, hidden + 1
        logits = torch.zeros(len(hidden), 9)
        logits[:, 8], logits[:, 0] = 1e6, hidden[:, 0]
        return logits, hidden, mask.float()


decoder, encoder = Stubborn(), lambda src, lengths: (torch.zeros(2, 4, 1), torch.zeros(2, 1))
model = Translator(nn.Identity(), decoder)
model.encoder.forward = encoder
src, lengths = torch.tensor([[4, 5, 6, 2], [4, 2, 0, 0]]), torch.tensor([4, 2])  # N, S = 2, 4
tgt = torch.tensor([[1, 5, 4, 7, 6, 2], [1, 6, 2, 0, 0, 0]])  # T = 6
for prob, wanted in ((1.0, tgt[:, :-1].T.tolist()), (0.0, [[1, 1]] + [[8, 8]] * 4)):
    decoder.read = []
    logits = model(src, lengths, tgt, prob)
    agree(decoder.read, wanted, f"probability {prob}: what the decoder read, step by step")
    agree(logits[..., 0], [[1, 2, 3, 4, 5]] * 2, "the state goes from step to step")
agree(decoder.mask, src != 0, "the mask")
decoder.read, long = [], torch.full((2, 1001), 5)
model.eval()(src, lengths, long, 0.25, torch.Generator().manual_seed(3))
assert all(row in ([5, 5], [8, 8]) for row in decoder.read), "one draw a step, for the whole batch"
told = sum(row == [5, 5] for row in decoder.read)
assert 200 < told < 300, f"told the truth in {told} of 1,000 steps; with the probability 1/4 about 250 are wanted"
all_right("teacher_forcing", 8, 16)

# %% [markdown]
# ## What counts in the loss
#
# `tgt` is SOS, words, EOS, PAD. SOS is given and not written. EOS is written: a model has to learn when to stop. PAD is nobody's answer.
#
#     tgt        SOS  deux  chats  EOS  PAD
#     read       SOS  deux  chats  EOS          tgt[:, :-1]
#     wanted          deux  chats  EOS  PAD     tgt[:, 1:], three tokens count
#
# In 01 to 05 every step counted, since all rows were as long.
#
# ### masked_loss — the mean over real tokens (4 points)
#
# <details><summary>Hint 1</summary>
#
# Over how many tokens is the mean taken: all steps of all rows, or fewer?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `F.cross_entropy` takes scores, not probabilities: `(rows, V)` and ids `(rows,)`. `ignore_index` names an id that does not count, in the sum or in the mean. `flatten` joins axes.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "masked_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def masked_loss(logits, tgt):
    """The mean cross-entropy of all tokens that are to be written and are not PAD.

    logits   (N, T - 1, V), those of a Translator
    tgt      (N, T) long, as collate makes it: logits[:, t] score the token tgt[:, t + 1]
    returns  a tensor without axes
    """
    # masked_loss: about 2 lines
    ### BEGIN SOLUTION
    wanted = tgt[:, 1:]
    return F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=PAD)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "masked_loss_check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
chances = torch.tensor([1.0, 1, 2, 4, 8]) / 16  # V = 5
tgt = torch.tensor([[1, 4, 3, 2], [1, 4, 2, 0]])  # N, T = 2, 4
logits = chances.log().expand(2, 3, 5).clone().requires_grad_()
loss = masked_loss(logits, tgt)
agree(loss, 2 * log2, "chances 1/2, 1/4, 1/8 and 1/2, 1/8: 1 + 2 + 3 + 1 + 3 bits, 5 tokens")
loss.backward()
assert not logits.grad[1, 2].any(), f"what is scored at PAD has no gradient, yours: {logits.grad[1, 2]}"
agree(logits.grad[0, 1], (chances - torch.tensor([0, 0, 0, 1, 0])) / 5, "the gradient where 3 is wanted")
agree(masked_loss(100.0 * F.one_hot(tgt[:, 1:], 5), tgt), 0, "a model that is sure of each next token")
agree(masked_loss(logits.detach() + 50, tgt), 2 * log2, "scores may be shifted")
all_right("masked_loss", 9, 16)

# %% [markdown]
# ## An epoch
#
# Five lines make a step: loss, clear the gradients, `backward`, clip, step. Everything around them is bookkeeping, and that is where mistakes hide.
#
# - `loss.backward()` **adds** to `.grad`. Whatever is in there from before must go first.
# - Dropout is on in train mode and off in eval mode. Whoever switches a mode, switches it back.
# - Batches have different numbers of tokens. The loss **per token** of an epoch is not the mean of the batches' losses:
#
#       2 tokens, loss 2.00, and 9 tokens, loss 1.67:   (2 * 2.00 + 9 * 1.67) / 11 = 1.73, not 1.83

# %% [markdown]
# ### train_epoch — train, and measure (8 points)
#
# Two functions, one question. `evaluate` measures the same loss without learning anything.
#
# <details><summary>Hint 1</summary>
#
# Which of the five lines come in which order? What would clipping before `backward` clip?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `model.training` is a bool, `model.train(mode)` sets it. An optimizer has `zero_grad` and `step`. `clip_grad_norm_` in `nn.utils` wants the parameters and a length. `item` of a tensor without axes is a plain float, without a graph.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Keep two sums: of loss times tokens, and of tokens. For `evaluate`: `torch.no_grad()` is used in a `with` line; what runs inside makes no graph, and gradients are on again after it.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "train_epoch", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_epoch(model, batches, optimizer, max_norm):
    """One step of the optimizer for each batch, in train mode; the mode is put back at the end.

    model      model(src, lengths, tgt) -> logits, such as a Translator
    batches    list of (src, lengths, tgt), as collate makes them
    optimizer  a torch.optim.Optimizer of the model's parameters
    max_norm   float: a gradient of all parameters together that is longer than this is cut to it
    returns    float, the loss per token of all batches; of each the loss before its step
    """
    # train_epoch: about 13 lines
    ### BEGIN SOLUTION
    was_training = model.training
    model.train()
    total, tokens = 0.0, 0
    for src, lengths, tgt in batches:
        loss = masked_loss(model(src, lengths, tgt), tgt)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        count = int((tgt[:, 1:] != PAD).sum())
        total, tokens = total + loss.item() * count, tokens + count
    model.train(was_training)
    return total / tokens
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "evaluate", "locked": false, "schema_version": 3, "solution": true, "task": false}
def evaluate(model, batches):
    """The loss per token of all batches, in eval mode; the mode is put back at the end.

    No graph is made; no parameter changes, and no gradient.

    model, batches   as for train_epoch
    returns          float
    """
    # train_epoch: about 9 lines
    ### BEGIN SOLUTION
    was_training = model.training
    model.eval()
    total, tokens = 0.0, 0
    with torch.no_grad():
        for src, lengths, tgt in batches:
            count = int((tgt[:, 1:] != PAD).sum())
            total += masked_loss(model(src, lengths, tgt), tgt).item() * count
            tokens += count
    model.train(was_training)
    return total / tokens
    ### END SOLUTION

# %% [markdown]
# The check trains the smallest model there is: one score for each word, whatever the source.

# %% nbgrader={"grade": false, "grade_id": "one_score", "locked": true, "schema_version": 3, "solution": false, "task": false}
class OneScore(nn.Module):
    def __init__(self, chances):
        super().__init__()
        self.scores, self.modes = nn.Parameter(torch.tensor(chances).log()), []

    def forward(self, src, lengths, tgt):
        self.modes.append(self.training)
        return self.scores.expand(len(tgt), tgt.shape[1] - 1, 5)

# %% nbgrader={"grade": true, "grade_id": "train_epoch_check", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
short = torch.tensor([[4, 2]]), torch.tensor([2]), torch.tensor([[1, 4, 2]])  # 1 + 3 bits
rows = [[1, 4, 4, 4, 2], [1, 4, 2, 0, 0], [1, 4, 4, 2, 0]]  # 6 + 9 bits
long = torch.tensor([[2]] * 3), torch.tensor([1] * 3), torch.tensor(rows)
model = OneScore([1 / 16, 1 / 16, 2 / 16, 4 / 16, 8 / 16]).train()
agree(evaluate(model, [short, long]), 19 / 11 * log2, "evaluate: 4 bits and 15 bits, 11 tokens")
assert model.scores.grad is None, "evaluate must make no gradient"
assert torch.is_grad_enabled() is model.training is True, "after evaluate: gradients on, and train mode as before"
model.eval()
loss = train_epoch(model, [short, long], torch.optim.SGD(model.parameters(), lr=0.0), 9.0)
agree(loss, 19 / 11 * log2, "train_epoch returns the loss per token")
modes = [*model.modes, model.training]
agree(modes, [False, False, True, True, False], "modes: two batches in eval, two in train, eval again")
model, target = OneScore([0.2] * 5), torch.tensor([0, 0, 0.5, 0, 0.5])
model.scores.grad = torch.full((5,), 100.0)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
agree(train_epoch(model, [short], optimizer, 9.0), math.log(5), "the loss before the step: log 5")
one, start = target - 0.2, math.log(0.2)
agree(model.scores - start, one, "after one step: the gradient left from before does not count")
train_epoch(model, [short], optimizer, 9.0)
agree(model.scores - start, one + target - one.softmax(0), "after two: only the second batch's gradient")
before = model.scores.detach().clone()
train_epoch(model, [short], optimizer, 0.1)
agree((model.scores - before).norm(), 0.1, "max_norm 0.1: the length of the step")
print("train_epoch, evaluate: all right (10 of 16)")

# %% [markdown]
# ## How likely is a translation?
#
# A decoder's softmax gives the probability of the next token, given those before. Multiply them, and you have the probability of a whole translation:
#
# $$P(y \mid x) = \prod_t P(y_t \mid y_1 \ldots y_{t-1}, x)$$
#
# As a sum of logarithms it does not become too small for a float. EOS belongs to it: *deux chats*, and then the end, is another event than *deux chats* and something more. Therefore the probabilities of all translations together are 1.

# %% [markdown]
# For the next three checks there is a model that you can follow on paper. It has two tables, one for sources that begin with id 4, one for all others. A table says for a word, or for two words in a row, what the chances of the next word are. The state is the number of the table and the word read before. What it scores are the logarithms of the chances plus 5, since scores need not be probabilities.

# %% nbgrader={"grade": false, "grade_id": "word_chain", "locked": true, "schema_version": 3, "solution": false, "task": false}
class ChainEncoder(nn.Module):
    def forward(self, src, lengths):
        return torch.zeros(*src.shape, 1), F.pad((src[:, :1] == 4).float(), (0, 1))  # the state (N, 2)


class ChainDecoder(nn.Module):
    def __init__(self, tables):
        super().__init__()
        self.modes, self.chances = set(), torch.full((2, 6, 6, 6), 1e-12)
        for number, table in enumerate(tables):
            for words, following in table.items():
                for word, chance in following.items():
                    place = words if isinstance(words, tuple) else (slice(None), words)
                    self.chances[(number, *place, word)] = chance

    def forward(self, input_ids, hidden, enc_outputs, mask):
        self.modes.add(self.training)
        number, before = hidden.long().T
        hidden = torch.stack([hidden[:, 0], input_ids.float()], dim=1)
        return self.chances[number, before, input_ids].log() + 5, hidden, mask.float()


def word_chain(*tables):
    """A Translator of six words. Each table: last word, or (the one before it, last word) -> {next word: its chance}."""
    return Translator(ChainEncoder(), ChainDecoder(tables))

# %% [markdown]
# ### sequence_log_probability — the sum of its steps (6 points)
#
# <details><summary>Hint 1</summary>
#
# Which of the model's calls gives you the logits of all steps at once, each given the true tokens before it?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `log_softmax` along V; `gather(2, ids[:, :, None])` picks one of V at each step. What PAD scored is to be replaced, not multiplied: minus infinity times 0 is not a number.
#
# </details>
# <details><summary>Hint 3</summary>
#
# The same three lines about the mode as in `evaluate`, and `torch.no_grad()`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "sequence_log_probability", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sequence_log_probability(model, src, lengths, tgt):
    """How likely the model thinks each target is, given its source: log P(tgt | src).

    model     a Translator; in eval mode here, the mode is put back, and no graph is kept
    src (N, S), lengths (N,), tgt (N, T)   as collate makes them
    returns   (N,), the dtype of the logits: the sum of the log-probabilities of each row's tokens after SOS, EOS counted,
              PAD not
    """
    # sequence_log_probability: about 8 lines
    ### BEGIN SOLUTION
    was_training = model.training
    model.eval()
    with torch.no_grad():
        log_p = model(src, lengths, tgt).log_softmax(dim=2)
    model.train(was_training)
    wanted = tgt[:, 1:]
    of_wanted = log_p.gather(2, wanted[:, :, None])[:, :, 0]
    return of_wanted.masked_fill(wanted == PAD, 0.0).sum(dim=1)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "sequence_log_probability_check", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
even = {SOS: {4: 1 / 2, 5: 1 / 4, EOS: 1 / 4}, 4: {4: 1 / 4, 5: 1 / 2, EOS: 1 / 4}, 5: {EOS: 1 / 2, 4: 1 / 2}}
other = {SOS: {EOS: 1 / 8, 5: 7 / 8}}
model = word_chain(other, even).train()
src, lengths = torch.tensor([[4, 5, 5, 2], [4, 2, 0, 0], [5, 2, 0, 0]]), torch.tensor([4, 2, 2])  # N, S = 3, 4
tgt = torch.tensor([[1, 4, 5, 4, 2], [1, 5, 2, 0, 0], [1, 2, 0, 0, 0]])  # T = 5
log_p = sequence_log_probability(model, src, lengths, tgt)
wanted = torch.tensor([1 / 32, 1 / 8, 1 / 8]).log()  # 1/2 1/2 1/2 1/4; 1/4 1/2; and 1/8 by the other table
agree(log_p, wanted, "log P of each row: EOS counted, PAD not")
every = torch.tensor([[1, 2, 0], [1, 4, 2], [1, 4, 4], [1, 4, 5], [1, 5, 2], [1, 5, 4]])  # all of at most two tokens
chances = sequence_log_probability(model, src[:1].repeat(6, 1), lengths[:1].repeat(6), every).exp()
agree(chances.sum(), 1, "all translations of at most two tokens, with EOS or cut, together")
assert model.training, "the model was in train mode, and must be again"
assert model.decoder.modes == {False}, "it must run in eval mode"
model.decoder.chances.requires_grad_()
assert not sequence_log_probability(model, src, lengths, tgt).requires_grad, "no graph must be kept"
all_right("sequence_log_probability", 11, 16)

# %% [markdown]
# ## Writing
#
# The plainest way to get a translation: at each step write the token that scores best, and read it at the next step. In 02 to 06 all rows wrote as many characters. Now each row ends with its own EOS, while the others go on:
#
#     row 0    deux   chats   EOS
#     row 1    EOS    -       -            has ended: what it would go on to write is cut off
#     row 2    un     chien   noir         max_length 3: no EOS, all three are kept
#
# ### greedy_decode — the best token, again and again (5 points)
#
# <details><summary>Hint 1</summary>
#
# A batch goes on until its last row has ended. What may ended rows write meanwhile, and where is it cut off?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `torch.full_like(src[:, 0], SOS)` is a column of SOS on the right device. `tolist` makes plain ints, and `row.index(EOS)` is the place of the first EOS of a list.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Never compare with a length of the source or with PAD: only EOS ends an answer.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "greedy_decode", "locked": false, "schema_version": 3, "solution": true, "task": false}
def greedy_decode(model, src, lengths, max_length):
    """Write an answer to each source, at every step the token that scores best.

    model       has .encoder(src, lengths) and .decoder(input_ids, hidden, enc_outputs, mask), as a Translator, and modes;
                use nothing else of it: the device is that of src. In eval mode here, the mode is put back, and no graph
                is kept
    src (N, S), lengths (N,)   as collate makes them
    max_length  int, at least 1: how many tokens a row writes at most, EOS counted
    returns     list of N lists of int: the ids that each row wrote, without SOS, up to its first EOS and without it
    """
    # greedy_decode: about 14 lines
    ### BEGIN SOLUTION
    was_training = model.training
    model.eval()
    with torch.no_grad():
        enc_outputs, hidden = model.encoder(src, lengths)
        mask, input_ids, columns = src != PAD, torch.full_like(src[:, 0], SOS), []
        ended = torch.zeros_like(mask[:, 0])
        while len(columns) < max_length and not ended.all():
            logits, hidden, _ = model.decoder(input_ids, hidden, enc_outputs, mask)
            input_ids = logits.argmax(dim=1)
            columns.append(input_ids)
            ended = ended | (input_ids == EOS)
    model.train(was_training)
    rows = torch.stack(columns, dim=1).tolist()
    return [row[: row.index(EOS)] if EOS in row else row for row in rows]
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "greedy_decode_check", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
garden = {SOS: {4: 0.6, 5: 0.4}, 4: {EOS: 0.4, 4: 0.35, 5: 0.25}, 5: {EOS: 0.9, 4: 0.1}, EOS: {5: 1}}
other = {SOS: {5: 0.9, EOS: 0.1}, 5: {4: 0.8, EOS: 0.2}, 4: {4: 1}, PAD: {EOS: 1}, EOS: {5: 1}}
other[5, 4] = {4: 0, PAD: 0.7, EOS: 0.3}  # after 5 and 4; after any other word and 4 comes 4
src, lengths = torch.tensor([[4, 5, 2], [5, 4, 2], [4, 2, 0], [5, 2, 0]]), torch.tensor([3, 3, 2, 2])  # N, S = 4, 3
model = word_chain(other, garden).train()
answers = greedy_decode(model, src, lengths, 9)
agree(answers, [[4], [5, 4, 0], [4], [5, 4, 0]], "each row up to its first EOS; PAD (0) is a token like any other here")
agree(greedy_decode(model, src, lengths, 2), [[4], [5, 4]] * 2, "max_length 2: rows without EOS keep both tokens")
agree(greedy_decode(model, src, lengths, 1), [[4], [5], [4], [5]], "max_length 1")
agree(greedy_decode(model, src[1:2], lengths[1:2], 9), [[5, 4, 0]], "a single row")
kinds = {type(id).__name__ for ids in answers for id in ids}
assert kinds == {"int"}, f"plain ints are wanted, yours are {kinds}"
assert model.training, "the model was in train mode, and must be again"
assert model.decoder.modes == {False}, "it must write in eval mode"
all_right("greedy_decode", 12, 16)

# %% [markdown]
# ## More than one beginning
#
# Greedy is not the likeliest translation. In the table `garden` of the last check:
#
#     SOS  --0.6-->  4  --0.4-->  EOS      0.24      greedy
#          --0.4-->  5  --0.9-->  EOS      0.36      the likeliest
#
# **Beam search** keeps the `beam_size` likeliest beginnings. At each step all of them are continued by all V words, and of these `beam_size * V` continuations the likeliest `beam_size` are kept. A beginning that gets its EOS has ended: it is set aside and never grows again.
#
# Each token makes log P smaller, so the likeliest translations tend to be short ones. The **length penalty** divides: score = log P / L ** penalty, L counting EOS.

# %% [markdown]
# Three things to decide, and how they are decided here:
#
# - **When does the search end?** When no open beginning is left, or all have `max_length` tokens. Not at the first EOS: under a penalty a longer answer may win.
# - **What if there is no EOS after `max_length` tokens?** The answer is ranked with the others.
# - **When is the penalty applied?** At the end, for ranking. Beginnings that compete in one step are all as long.
#
# ### beam_search — several answers, best first (9 points)
#
# Take one row of the batch at a time: its beginnings are then the batch of the decoder. A beginning is its log P, its ids, and its row in the decoder's states.
#
# <details><summary>Hint 1</summary>
#
# Work `garden` by hand with a beam of 2. After step 1: (log 0.6, [4]) and (log 0.4, [5]). Which are the five continuations, and which two of them stay?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Totals have shape (beginnings, V): the log P of each beginning as a column, plus `log_softmax`. `flatten().topk(k)` gives the best k and their places; a place is `beginning * V + id`. k must not be more than there are.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `hidden[[0, 0, 1]]` is the state of beginning 0 twice, then that of beginning 1: reorder the states whenever you reorder beginnings. `enc_outputs[[n] * count]` repeats row n.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "beam_search", "locked": false, "schema_version": 3, "solution": true, "task": false}
def beam_search(model, src, lengths, beam_size, max_length, length_penalty=0.0):
    """Write several answers to each source, and keep the beam_size likeliest beginnings at every step.

    model, src, lengths, max_length   as for greedy_decode
    beam_size       int, at least 1
    length_penalty  float: an answer of L tokens, EOS counted, has the score log P / L ** length_penalty
    returns         for each of the N rows a list of at most beam_size pairs (score, ids), best score first, no ids twice:
                    float, and list of int without SOS and EOS. Answers without EOS after max_length tokens are ranked
                    with the others
    """
    # beam_search: about 22 lines
    ### BEGIN SOLUTION
    was_training, answers = model.training, []
    model.eval()
    with torch.no_grad():
        (enc_outputs, enc_hidden), mask = model.encoder(src, lengths), src != PAD
        for n in range(len(src)):
            open_ones, ended, hidden = [(0.0, [])], [], enc_hidden[[n]]  # open ones: log P and ids
            while open_ones and len(open_ones[0][1]) < max_length:
                read = src.new_tensor([ids[-1] if ids else SOS for _, ids in open_ones])
                logits, hidden, _ = model.decoder(read, hidden, enc_outputs[[n] * len(read)], mask[[n] * len(read)])
                totals = logits.log_softmax(dim=1) + logits.new_tensor([[total] for total, _ in open_ones])
                best, places = totals.flatten().topk(min(beam_size, totals.numel()))
                before, open_ones, origins = open_ones, [], []
                for total, place in zip(best.tolist(), places.tolist(), strict=True):
                    ids, id = before[place // totals.shape[1]][1], place % totals.shape[1]
                    if id == EOS:
                        ended.append((total / (len(ids) + 1) ** length_penalty, ids))
                    else:
                        open_ones.append((total, [*ids, id]))
                        origins.append(place // totals.shape[1])
                hidden = hidden[origins]
            ended += [(total / max_length**length_penalty, ids) for total, ids in open_ones]
            answers.append(sorted(ended, reverse=True)[:beam_size])
    model.train(was_training)
    return answers
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "beam_search_check", "locked": true, "points": 9, "schema_version": 3, "solution": false, "task": false}
def shown(beam):
    return [(round(math.exp(score), 4), ids) for score, ids in beam]


model = word_chain(other, garden).train()
one, two = (beam_search(model, src[:2], lengths[:2], size, 9) for size in (1, 2))
agree(shown(one[0]), [(0.24, [4])], "garden, a beam of 1 is greedy")
agree(shown(one[1]), [(0.504, [5, 4, 0])], "the other table, a beam of 1")
agree(shown(two[0]), [(0.36, [5]), (0.24, [4])], "garden, a beam of 2, best first")
cut = beam_search(model, src, lengths, 2, 1)
agree(shown(cut[2]), [(0.6, [4]), (0.4, [5])], "max_length 1: answers without EOS are kept")
every = [(score, ids) for score, ids in beam_search(model, src[:1], lengths[:1], 50, 2)[0] if score > -20]
wanted = [[5], [4], [4, 4], [4, 5], [5, 4]]
agree([ids for _, ids in every], wanted, "a beam as wide as everything: all answers of at most 2 tokens")
agree(sum(math.exp(score) for score, _ in every), 1, "their chances together")
late = {SOS: {EOS: 0.5, 4: 0.4, 5: 0.1}, 4: {5: 0.9, EOS: 0.1}, 5: {EOS: 0.8, 4: 0.2}}
for penalty, best in ((0.0, (math.log(0.5), [])), (1.0, (math.log(0.4 * 0.9 * 0.8) / 3, [4, 5]))):
    found = beam_search(word_chain(late, late), src[:1], lengths[:1], 2, 9, penalty)[0]
    agree(shown(found[:1]), shown([best]), f"length penalty {penalty}: the best answer")
second = {SOS: {4: 0.6, 5: 0.4}, 4: {EOS: 0.9, 4: 0.1}, 5: {4: 0.55, 5: 0.45}, (5, 4): {EOS: 1, 4: 0}}
found = beam_search(word_chain(second, second), src[:1], lengths[:1], 2, 9)[0]
agree(shown(found), [(0.54, [4]), (0.22, [5, 4])], "states go with their beginnings: [5, 4] must remember its 5")
assert model.training, "the model was in train mode, and must be again"
assert model.decoder.modes == {False}, "it must write in eval mode"
all_right("beam_search", 13, 16)

# %% [markdown]
# ## How good is a translation?
#
# Exact match is hard on a translator: *il y a 3 heures* is no failure if *il y a trois heures* was wanted. **BLEU** (Papineni and others 2002, *BLEU: a Method for Automatic Evaluation of Machine Translation*) counts which runs of words the two share.
#
# For each n from 1 to 4, the **precision** is the share of the n-grams written that are also in the reference. An n-gram counts no more often than the reference has it: `the the the the` against `the cat sat on the mat` has 2 of 4.
#
# %% [markdown]
# All four together, with the lengths r of the references and h of the hypotheses:
#
# $$\text{BLEU} = 100 \cdot \min\left(1, e^{1 - r/h}\right) \cdot \left(p_1 p_2 p_3 p_4\right)^{1/4}$$
#
# The first factor is the brevity penalty. It is there because one sure word has a perfect precision.

# %% [markdown]
# ### corpus_bleu — counts of a whole corpus (6 points)
#
# The counts are added up over **all** sentences before anything is divided. The mean of the sentences' BLEUs is another number, and often 0: a sentence of three words has no 4-gram.
#
# <details><summary>Hint 1</summary>
#
# Work it by hand: `a b c d` against `a b x y` has 2 of 4 words, 1 of 3 pairs. What are the third and the fourth precision?
#
# </details>
# <details><summary>Hint 2</summary>
#
# A `Counter` of tuples counts n-grams. `one & two` of two Counters keeps the smaller count of each, `.total()` adds the counts up.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Where one precision is 0 the product is: return 0.0 before you take a logarithm. An n without any n-gram has no match either.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "corpus_bleu", "locked": false, "schema_version": 3, "solution": true, "task": false}
def corpus_bleu(hypotheses, references, max_n=4):
    """BLEU of a whole corpus, from 0 to 100.

    hypotheses, references   lists of as many sentences, at least one; a sentence is a list of tokens (anything hashable)
    max_n                    int: n-grams of 1 to max_n tokens are counted
    returns                  float: 100 times the brevity penalty times the geometric mean of the max_n precisions; 0.0
                             if for some n nothing matches
    """
    # corpus_bleu: about 13 lines
    ### BEGIN SOLUTION
    def ngrams(tokens, n):
        return Counter(tuple(tokens[start : start + n]) for start in range(len(tokens) - n + 1))

    matched, written = [0] * max_n, [0] * max_n
    for hypothesis, reference in zip(hypotheses, references, strict=True):
        for n in range(1, max_n + 1):
            found, there = ngrams(hypothesis, n), ngrams(reference, n)
            matched[n - 1] += (found & there).total()
            written[n - 1] += found.total()
    if 0 in matched:
        return 0.0
    log_mean = sum(math.log(m / w) for m, w in zip(matched, written, strict=True)) / max_n
    lengths = [sum(len(tokens) for tokens in side) for side in (hypotheses, references)]
    return 100 * math.exp(min(0.0, 1 - lengths[1] / lengths[0]) + log_mean)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "corpus_bleu_check", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
cat = "the cat sat on the mat".split()
agree(corpus_bleu([cat], [cat]), 100, "the same text")
agree(corpus_bleu([["the"] * 4], [cat], 1), 50 * math.exp(1 - 6 / 4), "`the` four times, 2 of 4, and too short")
agree(corpus_bleu([[*cat, "again"]], [cat], 1), 100 * 6 / 7, "one word too many: no brevity penalty")
agree(corpus_bleu([cat[:3]], [cat]), 0, "no 4-gram anywhere")
agree(corpus_bleu([cat, list("abcd")], [cat, list("abxy")]),
      100 * (8 / 10 * 6 / 8 * 4 / 6 * 3 / 4) ** (1 / 4), "two sentences: counts are added up before anything is divided")  # fmt: skip
agree(corpus_bleu([cat[:4], cat], [cat, cat[:4]], 1), 100 * 8 / 10, "lengths are added up, too")
agree(corpus_bleu([[7, 8, 9]], [[7, 8, 8]], 2), 100 * (2 / 3 * 1 / 2) ** (1 / 2), "tokens may be ids")
agree(corpus_bleu([[], []], [cat, cat]), 0, "nothing written")
assert 0 < corpus_bleu([cat, cat[:3]], [cat, cat]) < 100, "a corpus with one short sentence is not at 0"
all_right("corpus_bleu", 14, 16)

# %% [markdown]
# ## The older form: characters, one-hot
#
# For years the first translator that people met was this one: an LSTM reads one-hot characters, its last h and c are where a second LSTM begins, and a linear layer scores the next character (Sutskever, Vinyals and Le 2014, *Sequence to Sequence Learning with Neural Networks*, in the small form of many tutorials). No embedding, no lengths, no mask: every row is as wide as the widest, and the padding is read.
#
# To write, it needs two pieces: `encode` once, and `decode_step` for each character. A **step** must do exactly what `forward` does at that place, or the model that writes is not the one that was trained.

# %% [markdown]
# ### one_hot_translator — the same model, whole and in steps (7 points)
#
# With `attention=True` the decoder's state after reading asks all S states of the encoder by dot product; `[state; context]` goes to the output.
#
# **What shape?** N = 2, S = 3, T = 4, H = 7, tgt_size = 6. What are the shapes of the states, of what `decode_step` reads, and of what the output layer reads with attention?
#
# <details><summary>Answer</summary>
#
# A pair (h, c), each `(1, 2, 7)`, since `nn.LSTM` keeps an axis for layers. `(2, 6)`. `(2, 14)`.
#
# </details>
# <details><summary>Hint 1</summary>
#
# How can `forward` be written with `encode` and `decode_step`, so that the two cannot differ?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `nn.LSTM` wants a time axis: `token[:, None]` has one step. It returns its outputs and the pair of final states, and takes such a pair to begin with.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "OneHotTranslator", "locked": false, "schema_version": 3, "solution": true, "task": false}
class OneHotTranslator(nn.Module):
    """The older form: two LSTMs that read one-hot rows; all rows of a batch are as wide.

    encoder_lstm, decoder_lstm   nn.LSTM, one layer each, batch first: src_size to H and tgt_size to H
    output                       nn.Linear from H, or with attention from 2H, to tgt_size
    """

    def __init__(self, src_size, tgt_size, hidden_size=256, attention=False):
        super().__init__()
        # one_hot_translator: about 4 lines
        ### BEGIN SOLUTION
        self.attention = attention
        self.encoder_lstm = nn.LSTM(src_size, hidden_size, batch_first=True)
        self.decoder_lstm = nn.LSTM(tgt_size, hidden_size, batch_first=True)
        self.output = nn.Linear(2 * hidden_size if attention else hidden_size, tgt_size)
        ### END SOLUTION

    def encode(self, src_one_hot):
        """Read the sources: (N, S, src_size) float -> (states, enc_outputs (N, S, H)).

        states   whatever decode_step takes; the decoder starts from the encoder's last h and c
        """
        # one_hot_translator: about 2 lines
        ### BEGIN SOLUTION
        enc_outputs, states = self.encoder_lstm(src_one_hot)
        return states, enc_outputs
        ### END SOLUTION

    def decode_step(self, token_one_hot, states, enc_outputs):
        """Read one token: (N, tgt_size) float -> (log-probabilities of the next one (N, tgt_size), the new states).

        With attention the state after reading asks all S states of the encoder by dot product; [state; context] goes
        to `output`. The states that came in stay as they are, so that they can be used again.
        """
        # one_hot_translator: about 6 lines
        ### BEGIN SOLUTION
        hs, states = self.decoder_lstm(token_one_hot[:, None], states)
        h = hs[:, 0]
        if self.attention:
            weights = (enc_outputs @ h[:, :, None]).softmax(dim=1)
            h = torch.cat([h, (weights * enc_outputs).sum(dim=1)], dim=1)
        return self.output(h).log_softmax(dim=1), states
        ### END SOLUTION

    def forward(self, src_one_hot, tgt_one_hot):
        """src_one_hot (N, S, src_size), tgt_one_hot (N, T, tgt_size) -> log-probabilities (N, T, tgt_size).

        Step t reads tgt_one_hot[:, t].
        """
        # one_hot_translator: about 6 lines
        ### BEGIN SOLUTION
        states, enc_outputs = self.encode(src_one_hot)
        steps = []
        for token in tgt_one_hot.unbind(dim=1):
            log_p, states = self.decode_step(token, states, enc_outputs)
            steps.append(log_p)
        return torch.stack(steps, dim=1)
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "one_hot_translator", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
src = F.one_hot(torch.tensor([[4, 0, 0], [0, 4, 4]]), 5).float()  # N, S = 2, 3
tgt = F.one_hot(torch.tensor([[1, 3, 3, 5], [1, 2, 0, 2]]), 6).float()  # T = 4
candidate = {"encoder_lstm.weight_ih_l0": {(14, 4): log3}}  # H = 7; gates 1/2: c is halved, and gets 0.4 at id 4
read, written = torch.tensor([[0.4, 0.2, 0.1], [0, 0.4, 0.6]]), torch.tensor([[0.1], [0.6]]) / 2 ** torch.arange(1.0, 5)
read, written = torch.tanh(read) / 2, torch.tanh(written) / 2  # the states h, unit 0
scores = torch.zeros(2, 4, 6)
plain = by_hand(OneHotTranslator(5, 6, 7), {**candidate, "output.weight": {(3, 0): 10}})
scores[..., 3] = 10 * written
agree(plain(src, tgt), scores.log_softmax(dim=2), "without attention: 10 h[0] for id 3")
asking = by_hand(OneHotTranslator(5, 6, 7, attention=True), {**candidate, "output.weight": {(3, 7): 10}})
weights = (written[:, :, None] * read[:, None]).softmax(dim=2)
scores[..., 3] = 10 * (weights @ read[:, :, None])[..., 0]
agree(asking(src, tgt), scores.log_softmax(dim=2), "with attention: 10 times the context's first number")
torch.manual_seed(1)
for attention in (False, True):
    model = OneHotTranslator(5, 6, 7, attention)
    whole, (states, enc_outputs) = model(src, tgt), model.encode(src)
    agree(enc_outputs.shape, (2, 3, 7), "enc_outputs (N, S, H)")
    for t in range(4):
        model.decode_step(tgt[:, t], states, enc_outputs)  # must not change the states that came in
        log_p, states = model.decode_step(tgt[:, t], states, enc_outputs)
        agree(log_p, whole[:, t], f"attention={attention}: step {t} alone, as in forward")
    shape = tuple(model.output.weight.shape)
    assert shape == (6, 14 if attention else 7), f"the output's weight with attention={attention}: {shape}"
all_right("one_hot_translator", 15, 16)

# %% [markdown]
# ## A translator learns French
#
# All pieces are there. The next cell is handed out: it makes a model, trains it and asks it. Adam's learning rate falls in a straight line, as in 05. Batches go to where the model is, so a model on a GPU is trained there (`model.to("cuda")`); the lengths stay on the CPU, where packing wants them.

# %% nbgrader={"grade": false, "grade_id": "train_translator", "locked": true, "schema_version": 3, "solution": false, "task": false}
def make_translator(src_vocab, tgt_vocab, seed, embedding_size=64, hidden_size=96):
    """A Translator with one layer and the general score, its weights from `seed`."""
    torch.manual_seed(seed)
    score = GeneralScore(hidden_size, 2 * hidden_size)
    encoder = Encoder(len(src_vocab), embedding_size, hidden_size, num_layers=1)
    return Translator(encoder, AttentionDecoder(len(tgt_vocab), embedding_size, hidden_size, 2 * hidden_size, score))


def train_translator(model, pairs, src_vocab, tgt_vocab, seed, epochs, after_epoch=None, rate=0.01, progress=True):
    """Train on pairs of texts, in batches of 64; the loss per token of each epoch, a list of float.

    after_epoch   a function that is called with the number of each epoch when it is done, or None
    progress      whether a bar counts the epochs
    """
    rng, losses, device = np.random.default_rng(seed), [], next(model.parameters()).device
    optimizer = torch.optim.Adam(model.parameters())
    lengths = [len(src_vocab.encode(source)) for source, _ in pairs]
    for epoch in (bar := tqdm(range(epochs), desc="epochs", disable=not progress)):
        optimizer.param_groups[0]["lr"] = rate * (1 - epoch / epochs)
        rows = bucketed_batches(lengths, 64, rng)
        batches = [collate([pairs[i] for i in batch], src_vocab, tgt_vocab) for batch in rows]
        batches = [(src.to(device), lengths_of_src, tgt.to(device)) for src, lengths_of_src, tgt in batches]
        losses.append(train_epoch(model, batches, optimizer, max_norm=1.0))
        bar.set_postfix(loss=f"{losses[-1]:.3f}")
        if after_epoch is not None:
            after_epoch(epoch + 1)
    return losses


def translate(model, texts, src_vocab, tgt_vocab):
    """The greedy translations of a list of texts: list of str, words with spaces between."""
    src, lengths, _ = collate([(text, "") for text in texts], src_vocab, tgt_vocab)
    src = src.to(next(model.parameters()).device)
    return [tgt_vocab.decode(ids) for ids in greedy_decode(model, src, lengths, max_length=26)]

# %% [markdown]
# ### translation_training — phrases that it has never seen (8 points)
#
# There is nothing to write here. The model learns from 8,000 phrases, four times over: about half a minute of work for one core. It is judged by **chrF** (Popović 2015), which does for runs of 1 to 6 characters what BLEU does for runs of words, and so gives something for `heure` where `heures` was wanted. `chrf` in `given.py` is from 0 to 100.
#
# Watch three phrases of the validation part while it learns.

# %% nbgrader={"grade": true, "grade_id": "translation_training", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
watched = [validation[i][0] for i in (10, 20, 36)]
model = make_translator(english_words, french_words, seed=1)


def show_translations(epoch):
    print(f"epoch {epoch}:", " | ".join(translate(model, watched, english_words, french_words)))


losses = train_translator(model, train[:8000], english_words, french_words, 1, epochs=4, after_epoch=show_translations)
print("wanted:  ", " | ".join(french_words.decode(french_words.encode(validation[i][1])) for i in (10, 20, 36)))
wanted = [french_words.decode(french_words.encode(french)) for _, french in test[:500]]
hypotheses = translate(model, [english for english, _ in test[:500]], english_words, french_words)
exact = sum(yours == right for yours, right in zip(hypotheses, wanted, strict=True)) / 500
reached = chrf(hypotheses, wanted)
print(f"500 test phrases: chrF {reached:.1f}, {exact:.0%} right word for word; loss {losses[-1]:.3f}")
assert reached > 70, "see the checks of encoder, decoder_step, teacher_forcing and train_epoch"
all_right("translation_training", 16, 16)

# %% [markdown]
# BLEU by your own function, and five of the phrases it got wrong:

# %% tags=["skip-execution"]
bleu = corpus_bleu([text.split() for text in hypotheses], [text.split() for text in wanted])
print(f"BLEU {bleu:.1f}")
wrong = [i for i in range(500) if hypotheses[i] != wanted[i]][:5]
for i in wrong:
    print(f"{test[i][0]}\n    yours   {hypotheses[i]}\n    wanted  {wanted[i]}")

# %% [markdown]
# Ask it something yourself. It knows the words of `english_words` only. What does it make of a number that it has never seen, or of a phrase in another order?

# %% tags=["skip-execution"]
for question in ("12 hours ago", "in 12 hours", "12 kilometers", "france, italy, and japan", "hours 12 in"):
    print(f"{question:26}", *translate(model, [question], english_words, french_words))

# %% [markdown]
# ### Where it looked
#
# One row for each word that was wanted, one column for each word read. The same phrases are then translated to Korean, where the order of a date and of a measure is another one; for this a second, smaller model learns from 4,000 phrases.
#
# Where no font with Korean letters is installed, the Korean words are shown in Latin letters, as they sound.

# %% tags=["skip-execution"]
def word_maps(model, pairs, src_vocab, tgt_vocab):
    """(maps, sources, targets): the weights of each pair while the decoder is told the truth, and the words."""
    maps, sources, targets = [], [], []
    with torch.no_grad():
        for pair in pairs:
            src, lengths, tgt = collate([pair], src_vocab, tgt_vocab)
            outputs, hidden = model.encoder(src, lengths)
            rows = []
            for token in tgt[:, :-1].T:
                _, hidden, weights = model.decoder(token, hidden, outputs, src != PAD)
                rows.append(weights[0])
            maps.append(torch.stack(rows))
            sources.append([*src_vocab.split(pair[0]), "EOS"])
            targets.append([*tgt_vocab.split(pair[1]), "EOS"])
    return maps, sources, targets


shown_rows = [next(i for i, (english, _) in enumerate(test) if sign in english) for sign in (" at ", ", and ", " ago")]
model.eval()
plot_word_maps(*word_maps(model, [test[i] for i in shown_rows], english_words, french_words), ["English to French"] * 3)

# %% tags=["skip-execution"]
korean_words = Vocabulary(text for _, text in korean)
korean_model = make_translator(english_words, korean_words, seed=2, embedding_size=48, hidden_size=64)
print("loss", train_translator(korean_model, korean[:4000], english_words, korean_words, 2, epochs=4)[-1])
korean_model.eval()
korean_pairs = [korean_test[i] for i in shown_rows]
plot_word_maps(*word_maps(korean_model, korean_pairs, english_words, korean_words), ["English to Korean"] * 3)

# %% [markdown]
# Compare the two rows of pictures. Where does the French follow the English from left to right, and where does the Korean go back? A state knows its neighbours, as you saw in 06, so a dark cell may stand a place or two beside the word that is needed.

# %% [markdown]
# ## Experiment: which score?
#
# From here on nothing is graded. All models below are small (48 and 64 numbers) and learn from 4,000 phrases, three times over; each takes about eight seconds of one core, and all experiments together two to three minutes. One seed each: where two numbers are close, another seed may turn them round.
#
# Four decoders: without attention, and with each of the three scores. A dot product needs query and key of one size, so it gets the sum of the two directions.

# %% tags=["skip-execution"]
class WithoutAttention(AttentionDecoder):
    """An AttentionDecoder that sees zeros in place of the encoder's outputs."""

    def forward(self, input_ids, hidden, enc_outputs, mask):
        return super().forward(input_ids, hidden, torch.zeros_like(enc_outputs), mask)


class DotOfSum(nn.Module):
    def forward(self, query, keys):
        ahead, back = keys.chunk(2, dim=2)
        return DotScore()(query, ahead + back)


def small_decoder(score, decoder_class=AttentionDecoder):
    return decoder_class(len(french_words), 48, 64, 128, score)


def small_translator(make_decoder, seed=3, translator_class=Translator):
    torch.manual_seed(seed)
    return translator_class(Encoder(len(english_words), 48, 64, num_layers=1), make_decoder())

# %% tags=["skip-execution"]
test_pairs = test[:400]
references = [french_words.decode(french_words.encode(french)) for _, french in test_pairs]


def quality(model, hypotheses=None):
    """(chrF, BLEU, share right word for word) on 400 test phrases, greedily translated."""
    if hypotheses is None:
        hypotheses = translate(model, [english for english, _ in test_pairs], english_words, french_words)
    bleu = corpus_bleu([text.split() for text in hypotheses], [text.split() for text in references])
    right = sum(map(str.__eq__, hypotheses, references)) / len(references)
    return chrf(hypotheses, references), bleu, right


def compare(models, after_epoch=None):
    """Train each model, print what it reaches, and draw the losses."""
    lines = {}
    for name, model in models.items():
        hook = None if after_epoch is None else after_epoch.get(name)
        lines[name] = train_translator(model, train[:4000], english_words, french_words, 3, 3, hook)
        print("{:24} chrF {:4.1f}   BLEU {:4.1f}   right {:.0%}".format(name, *quality(model)))
    plot_lines(lines, "epoch", "training loss per token")

# %% [markdown]
# **Guess first:** what chrF will the decoder reach that sees the source through one vector only? Of the three scores, which will be ahead?
#
# My guess: …

# %% tags=["skip-execution"]
by_score = {
    "no attention": small_translator(lambda: small_decoder(DotOfSum(), WithoutAttention)),
    "dot": small_translator(lambda: small_decoder(DotOfSum())),
    "general": small_translator(lambda: small_decoder(GeneralScore(64, 128))),
    "concat": small_translator(lambda: small_decoder(ConcatScore(64, 128, 64))),
}  # fmt: skip
compare(by_score)

# %% [markdown]
# And by the length of the source: does the one vector suffer more where there is more to carry?

# %% tags=["skip-execution"]
def quality_by_length(model, bounds=(1, 4, 6, 9, 100)):
    """chrF of test phrases with bounds[i] to bounds[i + 1] - 1 source words."""
    scores = []
    for low, high in pairwise(bounds):
        pairs = [pair for pair in test if low <= len(english_words.encode(pair[0])) < high][:300]
        hypotheses = translate(model, [english for english, _ in pairs], english_words, french_words)
        scores.append(chrf(hypotheses, [french_words.decode(french_words.encode(french)) for _, french in pairs]))
    return scores


by_length = {name: quality_by_length(by_score[name]) for name in ("no attention", "general")}
print("words of the source:     1 to 3   4, 5   6 to 8   9 and more")
for name, scores in by_length.items():
    print(f"{name:22}", *(f"{score:8.1f}" for score in scores))
plot_lines(by_length, "words of the source", "chrF", ["1 to 3", "4, 5", "6 to 8", "9 and more"])

# %% [markdown]
# ## Experiment: told or not
#
# A `Translator` that is told the truth with the probability `told` while it trains; `falling` goes from 1 to 1/3 over the three epochs. `general` above was always told.

# %% tags=["skip-execution"]
class ToldAtTimes(Translator):
    """A Translator that is told the true token with the probability `told` while it trains, and always in eval mode."""

    told = 1.0

    def forward(self, src, lengths, tgt):
        return super().forward(src, lengths, tgt, self.told if self.training else 1.0)


by_forcing = {
    name: small_translator(lambda: small_decoder(GeneralScore(64, 128)), translator_class=ToldAtTimes)
    for name in ("told with 0.5", "falling from 1.0")
}
by_forcing["told with 0.5"].told = 0.5


def fall(epoch):
    by_forcing["falling from 1.0"].told = 1 - epoch / 3


print("{:24} chrF {:4.1f}   BLEU {:4.1f}   right {:.0%}".format("always told (general)", *quality(by_score["general"])))
compare(by_forcing, {"falling from 1.0": fall})

# %% [markdown]
# The losses of the two cannot be compared with that of `general`: theirs is the loss after mistakes of their own. Compare chrF.
#
# ## Experiment: the context as an input
#
# In our decoder a step does not know where the step before looked. Luong and others feed the last context in, beside the next word: **input feeding**. Here the context travels inside `hidden`, behind the H numbers of the state.

# %% tags=["skip-execution"]
class FedCell(nn.Module):
    """A GRUCell that also reads `context` (N, K), which is set before each step."""

    def __init__(self, embedding_size, hidden_size, key_size):
        super().__init__()
        self.cell, self.hidden_size, self.context = nn.GRUCell(embedding_size + key_size, hidden_size), hidden_size, None

    def forward(self, x, state):
        return self.cell(torch.cat([x, self.context], dim=1), state)


class InputFeeding(AttentionDecoder):
    """An AttentionDecoder whose cell also reads the context of the step before: hidden is [state; context]."""

    def __init__(self, vocab_size, embedding_size, hidden_size, key_size, score):
        super().__init__(vocab_size, embedding_size, hidden_size, key_size, score)
        self.gru = FedCell(embedding_size, hidden_size, key_size)

    def forward(self, input_ids, hidden, enc_outputs, mask):
        H, K = self.gru.hidden_size, enc_outputs.shape[2]
        if hidden.shape[1] == H:  # the first step: no context yet
            hidden = F.pad(hidden, (0, K))
        self.gru.context = hidden[:, H:]
        logits, state, weights = super().forward(input_ids, hidden[:, :H], enc_outputs, mask)
        context = torch.einsum("ns,nsk->nk", weights, enc_outputs)
        return logits, torch.cat([state, context], dim=1), weights


compare({"input feeding": small_translator(lambda: small_decoder(GeneralScore(64, 128), InputFeeding))})

# %% [markdown]
# ## Experiment: greedy against beams
#
# The model that was trained above, 200 test phrases. A wider beam need not find a likelier answer, since it may drop a beginning that a narrower one kept. Look at the mean log P of the first answer, at BLEU, and at the time.

# %% tags=["skip-execution"]
src, lengths, _ = collate(test[:200], english_words, french_words)
print("beam  penalty   mean log P   BLEU   tokens   seconds")
for size, penalty in ((1, 0.0), (2, 0.0), (4, 0.0), (8, 0.0), (4, 1.0)):
    started = time.perf_counter()
    best = [beam[0][1] for beam in beam_search(model, src, lengths, size, 26, penalty)]
    seconds = time.perf_counter() - started
    tgt = nn.utils.rnn.pad_sequence([torch.tensor([SOS, *ids, EOS]) for ids in best], batch_first=True)
    log_p = sequence_log_probability(model, src, lengths, tgt).mean()
    hypotheses = [french_words.decode(ids).split() for ids in best]
    bleu = corpus_bleu(hypotheses, [text.split() for text in wanted[:200]])
    tokens = sum(map(len, best)) / 200
    print(f"{size:4}  {penalty:7} {log_p:12.3f} {bleu:6.1f} {tokens:8.2f} {seconds:9.1f}")

# %% [markdown]
# A likelier answer is not always a better one: the model's probabilities are its own, not those of the language.
#
# ## Experiment: the older form
#
# `OneHotTranslator` reads and writes characters, phrases of at most 24 of them, 2,500 of them for six epochs. Three questions: is a source read backwards easier, as in 03? Does attention make up for it? And what does the optimizer matter? The tutorials of the time used **RMSprop**, which divides by the size of the gradient as Adam does, but keeps no mean of its direction.

# %% tags=["skip-execution"]
short_pairs = [pair for pair in train if max(map(len, pair)) <= 24]
learnt, unseen_pairs = short_pairs[:2500], [pair for pair in validation if max(map(len, pair)) <= 24]
english_letters, french_letters = (Vocabulary(side, unit="character") for side in zip(*short_pairs, strict=True))


def one_hot_batch(pairs, reverse):
    """(src one-hot, tgt one-hot, wanted ids): the target is read up to its last token but one."""
    src, lengths, tgt = collate(pairs, english_letters, french_letters)
    if reverse:  # EOS and the text turned round, each row at its own end
        turned = [row[:n].flip(0) for row, n in zip(src, lengths, strict=True)]
        src = nn.utils.rnn.pad_sequence(turned, batch_first=True)
    return F.one_hot(src, len(english_letters)).float(), F.one_hot(tgt[:, :-1], len(french_letters)).float(), tgt[:, 1:]


def letter_loss(model, pairs, reverse):
    src, tgt, wanted = one_hot_batch(pairs, reverse)
    return F.nll_loss(model(src, tgt).flatten(0, 1), wanted.flatten(), ignore_index=PAD)

# %% tags=["skip-execution"]
def learn_letters(optimizer_class, reverse=False, attention=False, epochs=6, seed=4):
    """The loss per character on unseen phrases after each epoch."""
    torch.manual_seed(seed)
    model, rng = OneHotTranslator(len(english_letters), len(french_letters), 96, attention), np.random.default_rng(seed)
    curve = []
    optimizer = optimizer_class(model.parameters(), 0.005)
    for _ in tqdm(range(epochs), desc="epochs"):
        for rows in bucketed_batches([len(source) for source, _ in learnt], 64, rng):
            optimizer.zero_grad()
            letter_loss(model, [learnt[i] for i in rows], reverse).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        with torch.no_grad():
            curve.append(letter_loss(model, unseen_pairs, reverse).item())
    return curve


plot_lines({
    "RMSprop": learn_letters(torch.optim.RMSprop),
    "Adam": learn_letters(torch.optim.Adam),
    "Adam, source reversed": learn_letters(torch.optim.Adam, reverse=True),
    "Adam, attention": learn_letters(torch.optim.Adam, attention=True),
}, "epoch", "loss per character, unseen phrases")  # fmt: skip

# %% [markdown]
# ## Your own sentences
#
# `load_pairs` reads files with a sentence, a tab and its translation on each line, as the Tatoeba project has them for many languages. Put one into `data`, under the name `own.txt`, and train on it.

# %%
own = Path("data/own.txt")
if own.is_file():
    own_pairs = load_pairs(own, extra_columns=True)
    print(len(own_pairs), "pairs; the first:", own_pairs[0])
else:
    print(own, "is not there yet")

# %% [markdown]
# **An open experiment** (not graded). Make the vocabularies with `min_count=2`, so that rare words become `UNK`. Does the model learn to write `<unk>`, and where does it look when it does? One sentence to write down: what would you put in its place?

# %% [markdown]
# ## What to take along
#
# - torch writes `backward`; the shape of the batch, the mask and the mode are still yours.
# - Padding costs time: rows of about one length belong together. And it must cost nothing else: packed in the encoder, masked in the look-up, left out of the loss.
# - A look-up is a query, keys, values and a score.
# - Teacher forcing is a choice, made anew at every step.
# - What a model thinks likely, what it writes greedily, and what is a good translation are three things, with a number for each.
#
# The next notebook makes this translator **deep**, and cuts words into pieces, so that fewer of them are unknown.

# %% [markdown]
# **To go further.** Sutskever, Vinyals and Le (2014); Bahdanau, Cho and Bengio (2015, [*Neural Machine Translation by Jointly Learning to Align and Translate*](https://arxiv.org/abs/1409.0473)); Luong, Pham and Manning (2015, [*Effective Approaches to Attention-based Neural Machine Translation*](https://arxiv.org/abs/1508.04025)); Post (2018, [*A Call for Clarity in Reporting BLEU Scores*](https://arxiv.org/abs/1804.08771)), on why BLEU must be counted by one program, such as sacrebleu.
