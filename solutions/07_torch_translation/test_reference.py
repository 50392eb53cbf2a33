"""The answers of assignment 07 against plain loops, exhaustive enumeration, sacrebleu, and numbers worked by hand."""

import copy
import itertools
import math
from collections import Counter

import numpy as np
import pytest
import torch
from torch import nn

from autograder import course

ID = "07_torch_translation"
PAD, SOS, EOS, UNK = 0, 1, 2, 3
N, S, T, D, H, V = 3, 5, 4, 2, 7, 11
LENGTHS = [3, 5, 1]
pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def reference():
    return course.current().reference(ID)


def filled(module, seed, dtype=torch.float64):
    """The module with weights from a seed, the same in every version of torch."""
    rng = np.random.default_rng(seed)
    module = module.to(dtype)
    with torch.no_grad():
        for _, weight in sorted(module.named_parameters()):
            weight.copy_(torch.tensor(rng.normal(size=tuple(weight.shape)) * 0.5))
    return module


def drawn(seed, *shape, dtype=torch.float64):
    return torch.tensor(np.random.default_rng(seed).normal(size=shape), dtype=dtype)


def sources(seed, lengths=LENGTHS, width=None, vocab_size=V):
    """Ids (N, S), EOS at each row's end, PAD behind it; and the lengths."""
    rng = np.random.default_rng(seed)
    ids = np.zeros((len(lengths), width or max(lengths)), np.int64)
    for row, length in zip(ids, lengths, strict=True):
        row[: length - 1] = rng.integers(3, vocab_size, size=length - 1)
        row[length - 1] = EOS
    return torch.tensor(ids), torch.tensor(lengths)


def targets(seed, lengths, vocab_size=V):
    ids, _ = sources(seed, [length - 1 for length in lengths], vocab_size=vocab_size)
    return torch.cat([torch.full((len(lengths), 1), SOS), ids], dim=1)


def translator(reference, seed, vocab_size=V, layers=2, dropout=0.1, dtype=torch.float64, score=None):
    encoder = reference.Encoder(V, D, H, layers, dropout)
    decoder = reference.AttentionDecoder(vocab_size, D, H, 2 * H, score or reference.GeneralScore(H, 2 * H))
    return filled(reference.Translator(encoder, decoder), seed, dtype)


def close(yours, wanted, atol=1e-10):
    torch.testing.assert_close(yours, torch.as_tensor(wanted), rtol=0, atol=atol)


def weights_of(module):
    return [weight.detach().clone() for weight in module.parameters()]


def gradients(module):
    return [weight.grad.clone() for weight in module.parameters()]


# collate


def test_collate_by_hand(reference):
    english = reference.Vocabulary(["a b c", "a b", "a"])
    french = reference.Vocabulary(["x y", "x"])
    assert english.words[4:] == ["a", "b", "c"]
    pairs = [("b", "x"), ("a b z a", "y x x"), ("", "")]
    src, lengths, tgt = reference.collate(pairs, english, french)
    close(src, [[5, EOS, 0, 0, 0], [4, 5, UNK, 4, EOS], [EOS, 0, 0, 0, 0]])
    close(lengths, [2, 5, 1])
    close(tgt, [[SOS, 4, EOS, 0, 0], [SOS, 5, 4, 4, EOS], [SOS, EOS, 0, 0, 0]])
    assert src.dtype == lengths.dtype == tgt.dtype == torch.long
    assert pairs == [("b", "x"), ("a b z a", "y x x"), ("", "")]


def test_collate_one_pair(reference):
    vocab = reference.Vocabulary(["a"])
    src, lengths, tgt = reference.collate([("a", "a")], vocab, vocab)
    assert (src.tolist(), lengths.tolist(), tgt.tolist()) == ([[4, EOS]], [2], [[SOS, 4, EOS]])


# bucketed_batches


def padding(batches, lengths):
    return sum(max(lengths[i] for i in batch) * len(batch) - sum(lengths[i] for i in batch) for batch in batches)


@pytest.mark.parametrize(("count", "size"), [(23, 4), (24, 4), (3, 7), (1, 1), (6, 1)])
def test_batches_hold_every_index_once_and_little_padding(reference, count, size):
    lengths = np.random.default_rng(count).integers(1, 12, size=count).tolist()
    kept = list(lengths)
    batches = reference.bucketed_batches(lengths, size, np.random.default_rng(1))
    assert sorted(i for batch in batches for i in batch) == list(range(count))
    assert sorted(map(len, batches))[1:] == [size] * (len(batches) - 1)
    assert all(type(i) is int for batch in batches for i in batch)
    bounds = []
    for sign in (1, -1):  # cut from the shortest, and from the longest
        order = sorted(range(count), key=lambda i: sign * lengths[i])
        bounds.append(padding([order[i : i + size] for i in range(0, count, size)], lengths))
    assert padding(batches, lengths) <= max(bounds)
    assert lengths == kept


def test_every_order_of_the_batches_is_equally_likely(reference):
    lengths, rng = [1, 1, 5, 5, 9], np.random.default_rng(2)
    orders = Counter(
        tuple(max(lengths[i] for i in batch) for batch in reference.bucketed_batches(lengths, 2, rng))
        for _ in range(1200)
    )
    assert len(orders) == 6
    assert all(140 < count < 265 for count in orders.values())  # 200 expected, standard deviation 13


def test_the_same_generator_draws_the_same_batches(reference):
    one, two = (reference.bucketed_batches([3, 1, 2, 2, 1], 2, np.random.default_rng(3)) for _ in range(2))
    assert one == two


# embed_one_hot


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.long])
def test_one_hot_is_a_look_up_and_its_gradient_a_scatter_add(reference, dtype):
    ids = torch.tensor([[4, 0, 4], [9, 9, 9]])
    W, upstream = drawn(4, V, D).requires_grad_(), drawn(5, 2, 3, D)
    vectors = reference.embed_one_hot(nn.functional.one_hot(ids, V).to(dtype), W)
    assert torch.equal(vectors, W[ids])
    vectors.backward(upstream)
    close(W.grad, torch.zeros(V, D, dtype=W.dtype).index_put((ids,), upstream, accumulate=True))
    assert not W.grad[1].any()
    assert reference.embed_one_hot(nn.functional.one_hot(ids, V), W.detach().float()).dtype == torch.float32


# Encoder


def read_one_way(gru, xs, layer, end):
    """The states (length, H) of one direction of one layer, and the last one: the equations, one row, no padding."""
    names = [f"{name}_l{layer}{end}" for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    W, U, b, c = (getattr(gru, name) for name in names)
    h, states = torch.zeros(H, dtype=xs.dtype), []
    for x in reversed(xs) if end else xs:
        (r1, z1, n1), (r2, z2, n2) = (W @ x + b).chunk(3), (U @ h + c).chunk(3)
        r, z = torch.sigmoid(r1 + r2), torch.sigmoid(z1 + z2)
        h = (1 - z) * torch.tanh(n1 + r * n2) + z * h
        states.append(h)
    return torch.stack(states[::-1] if end else states), h


def read_by_loops(encoder, src, lengths, layers):
    outputs = torch.zeros(*src.shape, 2 * H, dtype=torch.float64)
    final = []
    for n, length in enumerate(lengths.tolist()):
        xs = encoder.embedding.weight[src[n, :length]]
        for layer in range(layers):
            (ahead, last), (back, first) = (read_one_way(encoder.gru, xs, layer, end) for end in ("", "_reverse"))
            xs = torch.cat([ahead, back], dim=1)
        outputs[n, :length] = xs
        final.append(torch.cat([last, first]))
    return outputs, torch.stack(final) @ encoder.linear.weight.T + encoder.linear.bias


@pytest.mark.parametrize(("lengths", "width", "layers"), [
    (LENGTHS, None, 2), ([5, 3, 1], 7, 1), ([1, 1], None, 3), ([4], None, 2), ([1], 3, 1),
])  # fmt: skip
def test_encoder_agrees_with_a_loop_over_steps(reference, lengths, width, layers):
    encoder = filled(reference.Encoder(V, D, H, layers, 0.4), 6).eval()
    src, counts = sources(7, lengths, width)
    kept = src.clone(), counts.clone()
    outputs, hidden = encoder(src, counts)
    dout, dhid = drawn(8, *outputs.shape), drawn(9, *hidden.shape)
    ((outputs * dout).sum() + (hidden * dhid).sum()).backward()
    yours = gradients(encoder)
    encoder.zero_grad()
    wanted = read_by_loops(encoder, src, counts, layers)
    ((wanted[0] * dout).sum() + (wanted[1] * dhid).sum()).backward()
    close(outputs, wanted[0])
    close(hidden, wanted[1])
    for grad, loop_grad in zip(yours, gradients(encoder), strict=True):
        close(grad, loop_grad)
    assert not outputs[src == PAD].any()
    assert torch.equal(src, kept[0])
    assert torch.equal(counts, kept[1])


def test_encoder_rows_do_not_depend_on_their_mates_nor_on_padding(reference):
    encoder = filled(reference.Encoder(V, D, H), 10).eval()
    src, lengths = sources(11, LENGTHS, 8)
    outputs, hidden = encoder(src, lengths)
    for n, length in enumerate(LENGTHS):
        alone, alone_hidden = encoder(src[[n], :length], lengths[[n]])
        close(outputs[n, :length], alone[0].detach())
        close(hidden[n], alone_hidden[0].detach())
    order = torch.tensor([1, 2, 0])
    close(encoder(src[order], lengths[order])[1], hidden[order].detach())


def test_encoder_attributes_dtype_and_dropout(reference):
    encoder = reference.Encoder(V, D, H)
    names = {name.split(".")[0] for name, _ in encoder.named_parameters()}
    assert names == {"embedding", "gru", "linear"}
    assert encoder.linear.weight.shape == (H, 2 * H)
    assert (encoder.gru.num_layers, encoder.gru.bidirectional, encoder.gru.batch_first) == (2, True, True)
    src, lengths = sources(12)
    torch.manual_seed(0)
    encoder.train()
    assert not torch.equal(encoder(src, lengths)[0], encoder(src, lengths)[0])
    encoder.eval()
    outputs, hidden = encoder(src, lengths)
    assert torch.equal(outputs, encoder(src, lengths)[0])
    assert (outputs.dtype, hidden.dtype) == (torch.float32, torch.float32)


# soft_lookup and the scores


def softmax_written_out(scores, mask):
    powers = [math.exp(score - max(scores)) if real else 0.0 for score, real in zip(scores, mask, strict=True)]
    return [power / sum(powers) for power in powers]


def test_soft_lookup_written_out(reference):
    query, keys, values = drawn(13, N, H), drawn(14, N, S, H), drawn(15, N, S, D)
    mask = torch.tensor([[True, False, True, True, False], [True] * 5, [False, False, True, False, False]])
    inputs = [query, keys, values, mask]
    kept = [tensor.clone() for tensor in inputs]
    value, weights = reference.soft_lookup(query, keys, values, reference.DotScore(), mask)
    scores = torch.einsum("nk,nsk->ns", query, keys)
    wanted = [softmax_written_out(row.tolist(), real.tolist()) for row, real in zip(scores, mask, strict=True)]
    close(weights, torch.tensor(wanted, dtype=torch.float64))
    close(value, torch.einsum("ns,nsm->nm", weights, values))
    assert not weights[~mask].any()
    assert weights[2].tolist() == [0, 0, 1, 0, 0]
    assert all(map(torch.equal, inputs, kept))
    everything = reference.soft_lookup(query, keys, values, reference.DotScore())[1]
    close(everything, reference.soft_lookup(query, keys, values, reference.DotScore(), torch.ones_like(mask))[1])


def test_soft_lookup_with_a_sure_score_is_a_dictionary(reference):
    keys = torch.eye(S, dtype=torch.float64)[None].expand(N, -1, -1)
    values, wanted = drawn(16, N, S, D), [4, 0, 2]

    def equal(query, keys):
        return torch.where((keys == query[:, None]).all(dim=2), 1e4, -1e4).to(keys.dtype)

    value, weights = reference.soft_lookup(torch.eye(S, dtype=torch.float64)[wanted], keys, values, equal)
    assert torch.equal(weights, torch.eye(S, dtype=torch.float64)[wanted])
    assert torch.equal(value, values[range(N), wanted])


def test_soft_lookup_gradients_and_mask(reference):
    mask = torch.tensor([[True, False, True], [False, True, True]])
    inputs = [drawn(seed, *shape).requires_grad_() for seed, shape in [(17, (2, 4)), (18, (2, 3, 5)), (19, (2, 3, 2))]]
    score = filled(reference.ConcatScore(4, 5, 3), 20)
    assert torch.autograd.gradcheck(lambda q, k, v: reference.soft_lookup(q, k, v, score, mask), inputs)
    reference.soft_lookup(*inputs, score, mask)[0].sum().backward()
    assert not inputs[1].grad[~mask].any()
    assert not inputs[2].grad[~mask].any()
    with pytest.raises(ValueError, match="True in every row"):
        reference.soft_lookup(*inputs, score, torch.tensor([[True] * 3, [False] * 3]))


@pytest.mark.parametrize(("n", "s"), [(N, S), (1, 1), (1, S), (N, 1)])
def test_scores_against_einsum(reference, n, s):
    Q, K, A = 4, 6, 3
    query, keys = drawn(21, n, Q), drawn(22, n, s, K)
    general, concat = filled(reference.GeneralScore(Q, K), 23), filled(reference.ConcatScore(Q, K, A), 24)
    assert [tuple(p.shape) for p in general.parameters()] == [(Q, K)]
    assert {name: tuple(p.shape) for name, p in concat.named_parameters()} == {"W": (A, Q + K), "v": (A,)}
    assert not list(reference.DotScore().parameters())
    close(reference.DotScore()(query, keys[..., :Q]), torch.einsum("nq,nsq->ns", query, keys[..., :Q]))
    close(general(query, keys), torch.einsum("nq,qk,nsk->ns", query, general.weight, keys).detach())
    for row, place in itertools.product(range(n), range(s)):
        joined = torch.cat([query[row], keys[row, place]])
        wanted = sum(concat.v[a] * torch.tanh(sum(concat.W[a] * joined)) for a in range(A))
        close(concat(query, keys)[row, place].detach(), wanted.detach())
    for score in (general, concat):
        assert torch.autograd.gradcheck(score, [query.requires_grad_(), keys.requires_grad_()])
        assert score.float()(query.float(), keys.float()).dtype == torch.float32


# AttentionDecoder


def test_decoder_step_written_out(reference):
    decoder = filled(reference.AttentionDecoder(V, D, H, 4, reference.ConcatScore(H, 4, 3)), 25)
    ids, hidden, outputs = torch.tensor([4, 0, 9]), drawn(26, N, H), drawn(27, N, S, 4)
    mask = torch.arange(S) < torch.tensor(LENGTHS)[:, None]
    kept = hidden.clone(), outputs.clone()
    logits, new, weights = decoder(ids, hidden, outputs, mask)
    for n in range(N):
        gates = decoder.gru.weight_ih @ decoder.embedding.weight[ids[n]] + decoder.gru.bias_ih
        own = decoder.gru.weight_hh @ hidden[n] + decoder.gru.bias_hh
        r, z = torch.sigmoid(gates[:H] + own[:H]), torch.sigmoid(gates[H : 2 * H] + own[H : 2 * H])
        h = (1 - z) * torch.tanh(gates[2 * H :] + r * own[2 * H :]) + z * hidden[n]
        scores = [decoder.score.v @ torch.tanh(decoder.score.W @ torch.cat([h, key])) for key in outputs[n]]
        wanted = torch.tensor(softmax_written_out([e.item() for e in scores], mask[n].tolist()), dtype=torch.float64)
        close(new[n], h)
        close(weights[n].detach(), wanted)
        close(logits[n], decoder.output.weight @ torch.cat([h, wanted @ outputs[n]]) + decoder.output.bias)
    assert torch.equal(hidden, kept[0])
    assert torch.equal(outputs, kept[1])
    with pytest.raises(ValueError, match="True in every row"):
        decoder(ids, hidden, outputs, mask & torch.tensor([[True], [False], [True]]))


def test_decoder_attributes_dtype_and_mode(reference):
    decoder = reference.AttentionDecoder(V, D, H, 2 * H, reference.DotScore())
    assert {name.split(".")[0] for name, _ in decoder.named_parameters()} == {"embedding", "gru", "output"}
    assert decoder.output.weight.shape == (V, 3 * H)
    score = reference.GeneralScore(H, 4)
    decoder = reference.AttentionDecoder(V, D, H, 4, score)
    assert decoder.score is score
    inputs = torch.tensor([3]), drawn(28, 1, H).float(), drawn(29, 1, 1, 4).float(), torch.tensor([[True]])
    train, eval = decoder.train()(*inputs), decoder.eval()(*inputs)
    assert all(map(torch.equal, train, eval))
    assert [tensor.dtype for tensor in train] == [torch.float32] * 3
    assert train[2].tolist() == [[1.0]]


# Translator


def steps_by_hand(model, src, lengths, tgt, told):
    """The logits where step t + 1 reads the true token if told[t], else the model's best."""
    outputs, hidden = model.encoder(src, lengths)
    ids, steps = tgt[:, 0], []
    for t in range(tgt.shape[1] - 1):
        logits, hidden, _ = model.decoder(ids, hidden, outputs, src != PAD)
        steps.append(logits)
        ids = tgt[:, t + 1] if told[t] else logits.argmax(dim=1)
    return torch.stack(steps, dim=1)


@pytest.mark.parametrize(("prob", "told"), [(1.0, True), (0.0, False)])
@pytest.mark.parametrize("mode", [True, False])
def test_full_and_no_forcing(reference, prob, told, mode):
    model = translator(reference, 30, dropout=0.0).train(mode)
    (src, lengths), tgt = sources(31), targets(32, [4, 6, 3])
    kept = src.clone(), tgt.clone()
    generator = torch.Generator().manual_seed(1)
    logits = model(src, lengths, tgt, prob, generator)
    assert logits.shape == (N, 5, V)
    close(logits, steps_by_hand(model, src, lengths, tgt, [told] * 5))
    if not told:
        other = torch.cat([tgt[:, :1], torch.full_like(tgt[:, 1:], 7)], dim=1)
        close(model(src, lengths, other, prob, generator), logits.detach())
    assert torch.equal(src, kept[0])
    assert torch.equal(tgt, kept[1])
    assert model.training is mode


def test_forcing_is_drawn_once_a_step_for_the_whole_batch(reference):
    model = translator(reference, 33, dropout=0.0).eval()
    (src, lengths), tgt = sources(34), targets(35, [5, 5, 5])
    every = {
        told: steps_by_hand(model, src, lengths, tgt, [*told, True]) for told in itertools.product([0, 1], repeat=3)
    }
    generator, found = torch.Generator().manual_seed(2), Counter()
    with torch.no_grad():
        for _ in range(400):
            logits = model(src, lengths, tgt, 0.25, generator)
            found[next(told for told, wanted in every.items() if torch.allclose(logits, wanted))] += 1
    told = sum(sum(pattern) * count for pattern, count in found.items())
    assert 240 < told < 360  # 1,200 draws at 1/4: 300, standard deviation 15
    one, two = (model(src, lengths, tgt, 0.5, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(one, two)
    torch.manual_seed(4)
    assert model(src, lengths, tgt, 0.5).shape == (N, 4, V)


def test_translator_rows_padding_and_small_sizes(reference):
    model = translator(reference, 36).eval()
    (src, lengths), tgt = sources(37, LENGTHS, 6), targets(38, [4, 6, 3])
    logits = model(src, lengths, tgt)
    for n, length in enumerate(LENGTHS):
        close(logits[[n]], model(src[[n], :length], lengths[[n]], tgt[[n]]).detach())
    shortest = model(src[[2], :1], lengths[[2]], torch.tensor([[SOS, EOS]]))
    assert shortest.shape == (1, 1, V)
    assert model.float()(src, lengths, tgt).dtype == torch.float32


# masked_loss, train_epoch, evaluate


def loss_by_loops(logits, tgt):
    losses = [
        torch.logsumexp(logits[n, t], 0) - logits[n, t, tgt[n, t + 1]]
        for n in range(len(tgt))
        for t in range(tgt.shape[1] - 1)
        if tgt[n, t + 1] != PAD
    ]
    return sum(losses), len(losses)


def test_masked_loss_against_a_loop(reference):
    tgt, logits = targets(39, [4, 6, 3]), drawn(40, N, 5, V).requires_grad_()
    total, tokens = loss_by_loops(logits, tgt)
    assert tokens == 3 + 5 + 2
    loss = reference.masked_loss(logits, tgt)
    assert loss.shape == ()
    close(loss, (total / tokens).detach())
    (grad,) = torch.autograd.grad(loss, logits)
    close(grad, torch.autograd.grad(total / tokens, logits)[0])
    assert not grad[tgt[:, 1:] == PAD].any()
    wide = torch.cat([tgt, torch.zeros(N, 2, dtype=torch.long)], dim=1)
    close(reference.masked_loss(torch.cat([logits, drawn(41, N, 2, V)], dim=1), wide), loss.detach())
    assert reference.masked_loss(logits.float(), tgt).dtype == torch.float32
    one = reference.masked_loss(torch.zeros(1, 1, 4), torch.tensor([[SOS, EOS]]))
    assert one.item() == pytest.approx(math.log(4))


def small_batches():
    return [
        (*sources(42, [3, 5, 1]), targets(43, [4, 6, 3])),
        (*sources(44, [2]), targets(45, [3])),
        (*sources(46, [4, 4]), targets(47, [7, 2])),
    ]


@pytest.mark.parametrize("max_norm", [1e9, 0.05])
@pytest.mark.parametrize("mode", [True, False])
def test_train_epoch_against_a_loop(reference, max_norm, mode):
    model, rate = translator(reference, 48, dropout=0.0), 0.3
    twin, batches = copy.deepcopy(model), small_batches()
    model.train(mode)
    model(*batches[0]).sum().backward()  # what is left from before does not count
    loss = reference.train_epoch(model, batches, torch.optim.SGD(model.parameters(), rate), max_norm)
    totals, counts = [], []
    for src, lengths, tgt in batches:
        total, tokens = loss_by_loops(twin(src, lengths, tgt), tgt)
        grads = torch.autograd.grad(total / tokens, list(twin.parameters()))
        norm = math.sqrt(sum((grad**2).sum().item() for grad in grads))
        with torch.no_grad():
            for weight, grad in zip(twin.parameters(), grads, strict=True):
                weight -= rate * grad * min(1.0, max_norm / norm)
        totals.append(total.item())
        counts.append(tokens)
    assert type(loss) is float
    assert loss == pytest.approx(sum(totals) / sum(counts), abs=1e-6)  # torch's clipping adds 1e-6 to the norm
    assert loss != pytest.approx(np.mean(np.divide(totals, counts)), abs=1e-4)
    for yours, wanted in zip(model.parameters(), twin.parameters(), strict=True):
        close(yours.detach(), wanted.detach(), atol=1e-6)
    assert {module.training for module in model.modules()} == {mode}


def test_train_epoch_trains_in_train_mode(reference):
    model, seen = translator(reference, 49), []
    model.eval()
    model.register_forward_pre_hook(lambda module, _: seen.append((module.training, module.encoder.training)))
    reference.train_epoch(model, small_batches(), torch.optim.SGD(model.parameters(), 0.1), 1.0)
    assert seen == [(True, True)] * 3
    assert not model.training


@pytest.mark.parametrize("mode", [True, False])
def test_evaluate_against_a_loop(reference, mode):
    model, batches = translator(reference, 50, dropout=0.5).train(mode), small_batches()
    model(*batches[0]).sum().backward()
    before, grads = weights_of(model), gradients(model)
    loss = reference.evaluate(model, batches)
    assert torch.is_grad_enabled()
    assert model.training is mode
    assert all(map(torch.equal, weights_of(model), before))
    assert all(map(torch.equal, gradients(model), grads))
    model.eval()
    pairs = [loss_by_loops(model(src, lengths, tgt), tgt) for src, lengths, tgt in batches]
    assert type(loss) is float
    assert loss == pytest.approx(sum(total.item() for total, _ in pairs) / sum(count for _, count in pairs), abs=1e-9)


# sequence_log_probability, greedy_decode, beam_search

SMALL_V, LONGEST = 5, 3  # PAD is shut off, so that a step has four choices


def tiny(reference, seed, dtype=torch.float64):
    model = translator(reference, seed, vocab_size=SMALL_V, layers=1, dropout=0.0, dtype=dtype)
    with torch.no_grad():
        model.decoder.output.bias[PAD] = -1e9
        model.decoder.output.bias[EOS] += 0.5
    return model


def all_answers():
    """Every answer of at most LONGEST tokens: those that end with EOS, and those that do not and are cut."""
    others = [SOS, UNK, 4]
    for length in range(LONGEST):
        yield from ((*ids, EOS) for ids in itertools.product(others, repeat=length))
    yield from itertools.product(others, repeat=LONGEST)


def log_probability_by_steps(model, src, lengths, ids):
    """log P of one answer to a source (1, S), step by step through the decoder."""
    with torch.no_grad():
        outputs, hidden = model.encoder(src, lengths)
        total, read = 0.0, torch.tensor([SOS])
        for id in ids:
            logits, hidden, _ = model.decoder(read, hidden, outputs, src != PAD)
            total += (logits[0, id] - torch.logsumexp(logits[0], 0)).item()
            read = torch.tensor([id])
    return total


def every_score(model, src, lengths, penalty=0.0):
    """All answers to a source (1, S), best first: (score, ids without EOS)."""
    scored = []
    for ids in all_answers():
        total = log_probability_by_steps(model, src, lengths, ids)
        scored.append((total / len(ids) ** penalty, [id for id in ids if id != EOS]))
    return sorted(scored, reverse=True)


def test_log_probabilities_of_all_answers_sum_to_one(reference):
    model = tiny(reference, 51).train()
    src, lengths = sources(52, [4])
    answers = list(all_answers())
    assert len(answers) == 1 + 3 + 9 + 27
    width = LONGEST + 1
    tgt = torch.tensor([[SOS, *ids] + [PAD] * (width - 1 - len(ids)) for ids in answers])
    log_p = reference.sequence_log_probability(
        model, src.expand(len(tgt), -1).contiguous(), lengths.expand(len(tgt)).contiguous(), tgt
    )
    assert log_p.shape == (len(answers),)
    assert not log_p.requires_grad
    assert log_p.exp().sum().item() == pytest.approx(1, abs=1e-12)
    wanted = [log_probability_by_steps(model, src, lengths, ids) for ids in answers]
    close(log_p, torch.tensor(wanted, dtype=torch.float64))
    assert model.training


def test_log_probability_dtype_padding_and_mode(reference):
    model = translator(reference, 53, dropout=0.5).train()
    (src, lengths), tgt = sources(54), targets(55, [4, 6, 3])
    log_p = reference.sequence_log_probability(model, src, lengths, tgt)
    assert torch.equal(log_p, reference.sequence_log_probability(model, src, lengths, tgt))
    assert model.training
    alone = reference.sequence_log_probability(model, src[[2], :1], lengths[[2]], tgt[[2], :3])
    close(log_p[[2]], alone)
    assert reference.sequence_log_probability(model.float(), src, lengths, tgt).dtype == torch.float32


def greedy_by_steps(model, src, lengths, longest):
    ids = []
    with torch.no_grad():
        outputs, hidden = model.encoder(src, lengths)
        read = torch.tensor([SOS])
        for _ in range(longest):
            logits, hidden, _ = model.decoder(read, hidden, outputs, src != PAD)
            read = logits.argmax(dim=1)
            if read.item() == EOS:
                break
            ids.append(read.item())
    return ids


@pytest.mark.parametrize("mode", [True, False])
def test_greedy_decode_row_by_row(reference, mode):
    model = translator(reference, 92, dropout=0.5).eval()
    with torch.no_grad():
        model.decoder.embedding.weight *= 6
    src, lengths = sources(57, [6, 2, 4, 3, 5, 1, 7])
    wanted = [greedy_by_steps(model, src[[n], :length], lengths[[n]], 8) for n, length in enumerate(lengths)]
    assert len({*map(len, wanted)}) > 2, "answers of several lengths"
    model.train(mode)
    answers = reference.greedy_decode(model, src, lengths, 8)
    assert answers == wanted
    assert all(type(id) is int for ids in answers for id in ids)
    assert model.training is mode
    assert [ids[:1] for ids in wanted] == reference.greedy_decode(model, src, lengths, 1)
    assert torch.is_grad_enabled()


class Scripted:
    """A model that knows its log-probabilities by heart: {ids written so far: {next id: probability}}."""

    def __init__(self, table, vocab_size=SMALL_V):
        self.table, self.vocab_size, self.training = table, vocab_size, True
        self.paths = [()]  # a state is the number of a path

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def encoder(self, src, lengths):
        return torch.zeros(*src.shape, 1), torch.full((len(src), 1), -1.0)

    def decoder(self, ids, hidden, enc_outputs, mask):
        assert not self.training
        logits, states = [], []
        for id, (number,) in zip(ids.tolist(), hidden.tolist(), strict=True):
            path = () if number == -1 else (*self.paths[int(number)], id)
            self.paths.append(path)
            states.append([len(self.paths) - 1])
            chances = self.table.get(path, {EOS: 1.0})
            logits.append([math.log(chances.get(token, 1e-12)) for token in range(self.vocab_size)])
        return torch.tensor(logits), torch.tensor(states, dtype=torch.float32), mask.float()


# The best first token leads to a bad end: greedy gets 0.6 * 0.4, the best answer has 0.4 * 0.9.
GARDEN_PATH = {(): {3: 0.6, 4: 0.4}, (3,): {EOS: 0.4, 3: 0.35, 4: 0.25}, (4,): {EOS: 0.9, 4: 0.1}}


@pytest.mark.parametrize("width", [1, 3])
def test_no_token_is_suppressed_and_only_eos_ends(reference, width):
    table = {(): {PAD: 0.9, 4: 0.1}, (PAD,): {SOS: 0.9, EOS: 0.1}, (PAD, SOS): {UNK: 0.9, EOS: 0.1}}
    src, lengths = sources(71, [2])
    assert reference.greedy_decode(Scripted(table), src, lengths, 9) == [[PAD, SOS, UNK]]
    assert reference.beam_search(Scripted(table), src, lengths, width, 9)[0][0][1] == [PAD, SOS, UNK]


def test_a_beam_of_two_leaves_the_garden_path(reference):
    src, lengths = sources(58, [2])
    model = Scripted(GARDEN_PATH)
    assert reference.greedy_decode(model, src, lengths, 4) == [[3]]
    (one,), (two,) = (reference.beam_search(model, src, lengths, width, 4) for width in (1, 2))
    assert [ids for _, ids in one] == [[3]]
    assert two[0][1] == [4]
    assert two[0][0] == pytest.approx(math.log(0.36), abs=1e-5)
    assert model.training


def test_a_longer_answer_may_win_under_the_penalty(reference):
    src, lengths = sources(59, [2])
    table = {(): {EOS: 0.5, 3: 0.5 - 1e-6}, (3,): {4: 0.8, EOS: 0.2}, (3, 4): {EOS: 0.9, 3: 0.1}}
    for penalty, wanted in ((0.0, []), (1.0, [3, 4])):
        best = reference.beam_search(Scripted(table), src, lengths, 3, 4, penalty)[0][0]
        assert best[1] == wanted
    assert best[0] == pytest.approx(math.log(0.5 * 0.8 * 0.9) / 3, abs=1e-5)


@pytest.mark.parametrize("penalty", [0.0, 1.0, 0.6])
def test_a_wide_beam_finds_every_answer(reference, penalty):
    model = tiny(reference, 60)
    src, lengths = sources(61, [5, 2, 1])
    found = reference.beam_search(model, src, lengths, 200, LONGEST, penalty)
    for n, length in enumerate(lengths):
        wanted = every_score(model, src[[n], :length], lengths[[n]], penalty)
        real = [(score, ids) for score, ids in found[n] if score > -1e6]  # PAD is possible, at -1e9
        assert [ids for _, ids in real] == [ids for _, ids in wanted]
        np.testing.assert_allclose([score for score, _ in real], [score for score, _ in wanted], atol=1e-9)


@pytest.mark.parametrize("beam_size", [1, 2, 3, 7])
def test_what_is_true_of_every_beam(reference, beam_size):
    model = tiny(reference, 62).train()
    src, lengths = sources(63, [5, 2, 1, 4])
    kept = src.clone(), weights_of(model)
    greedy = reference.greedy_decode(model, src, lengths, 6)
    for penalty in (0.0, 0.8):
        beams = reference.beam_search(model, src, lengths, beam_size, 6, penalty)
        for n, beam in enumerate(beams):
            assert 1 <= len(beam) <= beam_size
            assert beam == sorted(beam, reverse=True)
            assert len({tuple(ids) for _, ids in beam}) == len(beam)
            assert EOS not in itertools.chain.from_iterable(ids for _, ids in beam)
            alone = reference.beam_search(model, src[[n], : lengths[n]], lengths[[n]], beam_size, 6, penalty)
            assert [ids for _, ids in alone[0]] == [ids for _, ids in beam]
            for score, ids in beam:
                whole = ids if len(ids) == 6 else [*ids, EOS]
                total = log_probability_by_steps(model, src[[n], : lengths[n]], lengths[[n]], whole)
                assert type(score) is float
                assert score == pytest.approx(total / len(whole) ** penalty, abs=1e-9)
        if beam_size == 1:
            assert [beam[0][1] for beam in beams] == greedy
    assert model.training
    assert torch.equal(src, kept[0])
    assert all(map(torch.equal, weights_of(model), kept[1]))


@pytest.mark.parametrize("name", ["evaluate", "sequence_log_probability", "greedy_decode", "beam_search"])
def test_no_graph_is_made_and_gradients_are_on_again(reference, name):
    model, modes = tiny(reference, 72), []
    model.decoder.register_forward_pre_hook(lambda *_: modes.append(torch.is_grad_enabled()))
    src, lengths = sources(73, [3, 2])
    tgt = torch.tensor([[SOS, 4, EOS], [SOS, EOS, PAD]])
    arguments = {"sequence_log_probability": (src, lengths, tgt), "greedy_decode": (src, lengths, 3)}
    arguments |= {"evaluate": ([(src, lengths, tgt)],), "beam_search": (src, lengths, 2, 3)}
    getattr(reference, name)(model, *arguments[name])
    assert set(modes) == {False}
    assert torch.is_grad_enabled()
    assert all(weight.grad is None for weight in model.parameters())


# corpus_bleu

sacrebleu_needed = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@sacrebleu_needed
@pytest.mark.parametrize("max_n", [1, 2, 4])
def test_bleu_equals_sacrebleu(reference, max_n):
    metrics = pytest.importorskip("sacrebleu.metrics")
    measure = metrics.BLEU(tokenize="none", smooth_method="none", max_ngram_order=max_n, force=True)
    rng = np.random.default_rng(64)
    for words in (2, 3, 6, 30):
        sides = [[[f"w{id}" for id in rng.integers(words, size=rng.integers(12))] for _ in range(9)] for _ in range(2)]
        hypotheses, references = sides
        hypotheses[0], hypotheses[1] = references[0][:5], references[1] + ["w0"]
        theirs = measure.corpus_score([" ".join(h) for h in hypotheses], [[" ".join(r) for r in references]]).score
        assert reference.corpus_bleu(hypotheses, references, max_n) == pytest.approx(theirs, abs=1e-9)


def test_bleu_by_hand(reference):
    the = "the cat sat on the mat".split()
    assert reference.corpus_bleu([the], [the]) == pytest.approx(100)
    assert reference.corpus_bleu([["the"] * 4], [the], 1) == pytest.approx(100 * 2 / 4 * math.exp(1 - 6 / 4))
    assert reference.corpus_bleu([[*the, "again"]], [the], 1) == pytest.approx(100 * 6 / 7)
    assert reference.corpus_bleu([the[:3]], [the]) == 0.0, "no 4-gram"
    assert reference.corpus_bleu([[], []], [the, the]) == 0.0
    two = [the, ["a", "b", "c", "d"]], [the, ["a", "b", "x", "y"]]
    counts = [(8, 10), (6, 8), (4, 6), (3, 4)]
    wanted = 100 * math.prod(right / all for right, all in counts) ** 0.25
    assert reference.corpus_bleu(*two) == pytest.approx(wanted)
    numbers = [[4, 5, 6, 7, 8]], [[4, 5, 6, 7, 9]]
    assert reference.corpus_bleu(*numbers) == pytest.approx(100 * (4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** 0.25)


# OneHotTranslator


def one_hot(seed, n, t, size, dtype=torch.float64):
    ids = torch.tensor(np.random.default_rng(seed).integers(size, size=(n, t)))
    return nn.functional.one_hot(ids, size).to(dtype)


@pytest.mark.parametrize("attention", [False, True])
@pytest.mark.parametrize(("n", "s", "t"), [(N, S, T), (1, 1, 1)])
def test_one_hot_translator_against_torchs_layers(reference, attention, n, s, t):
    model = filled(reference.OneHotTranslator(V, 6, H, attention), 65)
    src, tgt = one_hot(66, n, s, V), one_hot(67, n, t, 6)
    kept = src.clone(), tgt.clone()
    log_p = model(src, tgt)
    hs, states = model.encoder_lstm(src)
    ys, _ = model.decoder_lstm(tgt, states)
    joined = ys
    if attention:
        weights = torch.einsum("nth,nsh->nts", ys, hs).softmax(dim=2)
        joined = torch.cat([ys, torch.einsum("nts,nsh->nth", weights, hs)], dim=2)
    close(log_p, (joined @ model.output.weight.T + model.output.bias).log_softmax(dim=2))
    close(log_p.exp().sum(dim=2), torch.ones(n, t, dtype=torch.float64))
    assert torch.equal(src, kept[0])
    assert torch.equal(tgt, kept[1])


@pytest.mark.parametrize("attention", [False, True])
def test_step_by_step_equals_forward(reference, attention):
    model = filled(reference.OneHotTranslator(V, 6, H, attention), 68)
    src, tgt = one_hot(69, N, S, V), one_hot(70, N, T, 6)
    log_p = model(src, tgt)
    states, outputs = model.encode(src)
    assert outputs.shape == (N, S, H)
    for t in range(T):
        once = model.decode_step(tgt[:, t], states, outputs)
        again, states = model.decode_step(tgt[:, t], states, outputs)
        assert torch.equal(once[0], again), "states may be used again"
        close(again, log_p[:, t])
    assert {name.split(".")[0] for name, _ in model.named_parameters()} == {"encoder_lstm", "decoder_lstm", "output"}
    assert model.output.weight.shape == (6, 2 * H if attention else H)
    assert model.float()(src.float(), tgt.float()).dtype == torch.float32
