"""keeps all: pad_sequence, lexsort and einsum; gathered log-probabilities; one measuring function for both modes"""

def collate(pairs, src_vocab, tgt_vocab):
    sources, targets = zip(*pairs)
    src = [torch.LongTensor(src_vocab.encode(text) + [EOS]) for text in sources]
    tgt = [F.pad(torch.LongTensor(tgt_vocab.encode(text) + [EOS]), (1, 0), value=SOS) for text in targets]
    pad = nn.utils.rnn.pad_sequence
    src_lengths = torch.tensor(list(map(len, src)))
    return pad(src, batch_first=True, padding_value=PAD), src_lengths, pad(tgt, batch_first=True, padding_value=PAD)


def bucketed_batches(lengths, batch_size, rng):
    n = len(lengths)
    order = np.lexsort((rng.random(n), np.array(lengths)))  # by length, ties by chance
    if rng.random() < 0.5:
        order = order[::-1]
    pieces = np.split(order, range(batch_size, n, batch_size))
    places = np.argsort(rng.random(len(pieces)))
    return [pieces[place].tolist() for place in places]


def embed_one_hot(one_hot, W):
    return torch.einsum("ntv,vd->ntd", one_hot.type(W.dtype), W)


def masked_loss(logits, tgt):
    wanted = tgt[:, 1:]
    log_p = torch.log_softmax(logits, dim=-1)
    chosen = torch.gather(log_p, 2, wanted[:, :, None]).squeeze(2)
    return -torch.masked_select(chosen, wanted != PAD).mean()


import contextlib


@contextlib.contextmanager
def in_mode(model, training):
    before = model.training
    try:
        yield model.train(training)
    finally:
        model.train(before)


def sum_and_count(model, batch):
    src, lengths, tgt = batch
    logits = model(src, lengths, tgt)
    total = F.cross_entropy(logits.transpose(1, 2), tgt[:, 1:], ignore_index=PAD, reduction="sum")
    return total, torch.count_nonzero(tgt[:, 1:] != PAD)


def train_epoch(model, batches, optimizer, max_norm):
    optimizer.zero_grad(set_to_none=False)
    sums, counts = [], []
    with in_mode(model, True):
        for batch in batches:
            total, count = sum_and_count(model, batch)
            (total / count).backward()
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            optimizer.zero_grad()
            sums.append(float(total))
            counts.append(int(count))
    return sum(sums) / sum(counts)


def evaluate(model, batches):
    with torch.inference_mode(), in_mode(model, False):
        sums, counts = zip(*[sum_and_count(model, batch) for batch in batches])
        return float(sum(sums) / sum(counts))


def corpus_bleu(hypotheses, references, max_n=4):
    stats = np.zeros((max_n, 2))
    for hypothesis, reference in zip(hypotheses, references):
        for n in range(max_n):
            ours = Counter(zip(*[hypothesis[i:] for i in range(n + 1)]))
            theirs = Counter(zip(*[reference[i:] for i in range(n + 1)]))
            stats[n] += sum(min(ours[ngram], theirs[ngram]) for ngram in ours), sum(ours.values())
    if (stats[:, 0] == 0).any():
        return 0.0
    lengths = [sum(map(len, side)) for side in (hypotheses, references)]
    brevity = min(0, 1 - lengths[1] / lengths[0])
    return 100 * float(np.exp(brevity + np.log(stats[:, 0] / stats[:, 1]).mean()))
