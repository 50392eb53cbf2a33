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
# # The same ideas in PyTorch

# %% nbgrader={"grade": false, "grade_id": "imports", "locked": true, "schema_version": 3, "solution": false, "task": false}
import math
from collections import Counter

import numpy as np
import torch
import torch.nn.functional as F
from given import EOS, PAD, SOS, UNK, Vocabulary, load_phrases
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

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

    No graph is kept; no parameter changes, and no gradient.

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

# %% nbgrader={"grade": false, "grade_id": "greedy_decode", "locked": false, "schema_version": 3, "solution": true, "task": false}
def greedy_decode(model, src, lengths, max_length):
    """Write an answer to each source, at every step the token that scores best.

    model       has .encoder(src, lengths) and .decoder(input_ids, hidden, enc_outputs, mask), as a Translator; in eval
                mode here, the mode is put back, and no graph is kept
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
                rows = [n] * len(open_ones)
                read = src.new_tensor([ids[-1] if ids else SOS for _, ids in open_ones])
                logits, hidden, _ = model.decoder(read, hidden, enc_outputs[rows], mask[rows])
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
