"""keeps all: loops in place of padding functions and sorting, look-ups in place of products, sums kept as tensors"""

def collate(pairs, src_vocab, tgt_vocab):
    N = len(pairs)
    src_ids, tgt_ids = [], []
    for source, target in pairs:
        src_ids.append(src_vocab.encode(source) + [EOS])
        tgt_ids.append([SOS] + tgt_vocab.encode(target) + [EOS])
    src_lengths = torch.zeros(N, dtype=torch.long)
    for n in range(N):
        src_lengths[n] = len(src_ids[n])
    S = int(src_lengths.max())
    T = 0
    for ids in tgt_ids:
        if len(ids) > T:
            T = len(ids)
    src = torch.full((N, S), PAD, dtype=torch.long)
    tgt = torch.full((N, T), PAD, dtype=torch.long)
    for n in range(N):
        for t, id in enumerate(src_ids[n]):
            src[n, t] = id
        for t, id in enumerate(tgt_ids[n]):
            tgt[n, t] = id
    return [src, src_lengths, tgt]


def bucketed_batches(lengths, batch_size, rng):
    # the longest rows first, so the short rows are in the smaller batch
    shelves = {}
    for i, length in enumerate(lengths):
        shelves.setdefault(length, []).append(i)
    batches = [[]]
    for length in sorted(shelves, reverse=True):
        for i in shelves[length]:
            if len(batches[-1]) == batch_size:
                batches.append([])
            batches[-1].append(i)
    # draw one batch after the other
    drawn = []
    while batches:
        drawn.append(batches.pop(int(rng.integers(len(batches)))))
    return drawn


def embed_one_hot(one_hot, W):
    ids = one_hot.argmax(dim=2)
    return W[ids]


def masked_loss(logits, tgt):
    N, T = tgt.shape
    losses = []
    for n in range(N):
        for t in range(1, T):
            if tgt[n, t] == PAD:
                continue
            scores = logits[n, t - 1]
            losses.append(torch.logsumexp(scores, dim=0) - scores[tgt[n, t]])
    return sum(losses) / len(losses)


def train_epoch(model, batches, optimizer, max_norm):
    mode = model.training
    model.train()
    losses, weights = [], []
    for batch in batches:
        model.zero_grad()
        src, lengths, tgt = batch
        logits = model(src, lengths, tgt)
        loss = masked_loss(logits, tgt)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(model.parameters()), max_norm=max_norm)
        losses.append(loss.detach())
        weights.append(sum(1 for row in tgt for id in row[1:] if id != PAD))
        optimizer.step()
    if not mode:
        model.eval()
    all_losses, all_weights = torch.stack(losses).double(), torch.tensor(weights).double()
    return ((all_losses * all_weights).sum() / all_weights.sum()).item()


@torch.no_grad()
def evaluate(model, batches):
    mode = model.training
    model.train(False)
    losses, weights = [], []
    for src, lengths, tgt in batches:
        losses.append(masked_loss(model(src, lengths, tgt), tgt))
        weights.append(sum(1 for row in tgt for id in row[1:] if id != PAD))
    if mode:
        model.train(True)
    all_losses, all_weights = torch.stack(losses).double(), torch.tensor(weights).double()
    return ((all_losses * all_weights).sum() / all_weights.sum()).item()


def corpus_bleu(hypotheses, references, max_n=4):
    product = 1.0
    for n in range(1, max_n + 1):
        hits, total = 0, 0
        for h in range(len(hypotheses)):
            left = {}
            for i in range(len(references[h]) + 1 - n):
                ngram = tuple(references[h][i:i + n])
                left[ngram] = left.get(ngram, 0) + 1
            for i in range(len(hypotheses[h]) + 1 - n):
                total += 1
                ngram = tuple(hypotheses[h][i:i + n])
                if left.get(ngram, 0) > 0:
                    hits += 1
                    left[ngram] -= 1
        if hits == 0:
            return 0.0
        product *= hits / total
    hyp_length = sum([len(h) for h in hypotheses])
    ref_length = sum([len(r) for r in references])
    if hyp_length < ref_length:
        penalty = math.e ** (1 - ref_length / hyp_length)
    else:
        penalty = 1
    return 100 * penalty * product ** (1 / max_n)
