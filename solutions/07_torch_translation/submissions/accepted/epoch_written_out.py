"""keeps all: clipping and loss by hand, gradients of autograd.grad; row after row; n-grams as nested lists"""

def collate(pairs, src_vocab, tgt_vocab):
    def longest(rows):
        return max(map(len, rows))

    rows = [(list(src_vocab.encode(s)), list(tgt_vocab.encode(t))) for s, t in pairs]
    for source, target in rows:
        source.append(EOS)
        target.insert(0, SOS)
        target.append(EOS)
    S, T = longest([s for s, _ in rows]), longest([t for _, t in rows])
    lengths = [len(s) for s, _ in rows]
    for source, target in rows:
        source.extend([PAD] * (S - len(source)))
        target.extend([PAD] * (T - len(target)))
    src = torch.from_numpy(np.array([s for s, _ in rows]))
    tgt = torch.from_numpy(np.array([t for _, t in rows]))
    return src, torch.tensor(lengths, dtype=torch.int64), tgt


def bucketed_batches(lengths, batch_size, rng):
    pairs = sorted((length, i) for i, length in enumerate(lengths))
    rows = [i for _, i in pairs]
    batches = []
    while rows:
        batches.append(rows[:batch_size])
        rows = rows[batch_size:]
    rng.shuffle(batches)
    return batches


def embed_one_hot(one_hot, W):
    N, T, V = one_hot.shape
    flat = one_hot.reshape(N * T, V).to(dtype=W.dtype, copy=True)
    return torch.mm(flat, W).reshape(N, T, -1)


def masked_loss(logits, tgt):
    real = tgt[:, 1:] != PAD
    scores, wanted = logits[real], tgt[:, 1:][real]
    top = scores.max(dim=1, keepdim=True).values.detach()
    log_sums = (scores - top).exp().sum(dim=1).log() + top[:, 0]
    return (log_sums - scores[torch.arange(len(wanted)), wanted]).mean()


def train_epoch(model, batches, optimizer, max_norm):
    was_training = model.training
    model.train()
    parameters = list(model.parameters())
    epoch_loss, epoch_tokens = 0, 0
    for src, lengths, tgt in batches:
        real = (tgt != PAD)[:, 1:]
        log_p = model(src, lengths, tgt).log_softmax(-1)
        nll = -log_p.gather(-1, tgt[:, 1:].unsqueeze(-1)).squeeze(-1)
        tokens = real.sum()
        batch_loss = torch.where(real, nll, torch.zeros_like(nll)).sum() / tokens
        gradients = torch.autograd.grad(batch_loss, parameters, allow_unused=True)
        squares = [gradient.pow(2).sum() for gradient in gradients if gradient is not None]
        length = torch.stack(squares).sum().sqrt()
        scale = max_norm / length if length > max_norm else 1.0
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = None if gradient is None else gradient * scale
        optimizer.step()
        epoch_loss += batch_loss.item() * tokens.item()
        epoch_tokens += tokens.item()
    model.train(was_training)
    return epoch_loss / epoch_tokens


def evaluate(model, batches):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    torch.set_grad_enabled(False)
    try:
        total, tokens = 0, 0
        for src, lengths, tgt in batches:
            log_p = model(src, lengths, tgt).log_softmax(-1)
            for n in range(len(tgt)):
                for t in range(1, tgt.shape[1]):
                    if tgt[n, t] != PAD:
                        total -= log_p[n, t - 1, tgt[n, t]].item()
                        tokens += 1
    finally:
        torch.set_grad_enabled(True)
        for module, mode in modes:
            module.training = mode
    return total / tokens


def corpus_bleu(hypotheses, references, max_n=4):
    def ngrams(tokens, n):
        return [list(tokens[i:i + n]) for i in range(len(tokens) - n + 1)]

    def matches(mine, theirs):
        # each n-gram that matches is taken out of a copy of the reference's
        rest = list(theirs)
        count = 0
        for ngram in mine:
            if ngram in rest:
                rest.remove(ngram)
                count += 1
        return count

    logs = 0
    for n in range(1, max_n + 1):
        lists = [(ngrams(h, n), ngrams(r, n)) for h, r in zip(hypotheses, references)]
        right = sum(matches(mine, theirs) for mine, theirs in lists)
        if not right:
            return 0.0
        logs += math.log(right) - math.log(sum(len(mine) for mine, _ in lists))
    h, r = len(sum(hypotheses, [])), len(sum(references, []))
    penalty = 1 if h > r else math.exp(1 - r / h)
    return 100 * penalty * math.exp(logs / max_n)
