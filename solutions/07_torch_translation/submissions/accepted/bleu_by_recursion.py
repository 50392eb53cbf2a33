"""keeps all: BLEU from max_n down, batches by a heap, embedding by F.embedding, a loss of weighted rows"""

def collate(pairs, src_vocab, tgt_vocab):
    def tensor(rows):
        table = torch.zeros(len(rows), max(len(row) for row in rows)).long()
        for line, row in zip(table, rows):
            line[:len(row)] = torch.as_tensor(row)
        return table

    src = tensor([src_vocab.encode(pair[0]) + [EOS] for pair in pairs])
    tgt = tensor([[SOS, *tgt_vocab.encode(pair[1]), EOS] for pair in pairs])
    return src, (src != PAD).sum(dim=1), tgt


import heapq


def bucketed_batches(lengths, batch_size, rng):
    heap = [(length, float(rng.random()), i) for i, length in enumerate(lengths)]
    heapq.heapify(heap)
    batches = {}
    while heap:
        size = min(batch_size, len(heap))
        batches[float(rng.random())] = [heapq.heappop(heap)[2] for _ in range(size)]
    return [batches[key] for key in sorted(batches)]


def embed_one_hot(one_hot, W):
    return F.embedding(one_hot.long().nonzero()[:, 2].view(one_hot.shape[:2]), W)


def masked_loss(logits, tgt):
    wanted = tgt[:, 1:].clone()
    wanted[wanted == PAD] = -100
    per_token = F.cross_entropy(logits.permute(0, 2, 1), wanted, reduction="none")
    tokens = (wanted >= 0).sum(dim=1)
    return (per_token.sum(dim=1) / tokens) @ (tokens / tokens.sum()).to(logits.dtype)


def train_epoch(model, batches, optimizer, max_norm):
    def loss_of(src, lengths, tgt):
        return masked_loss(model(src, lengths, tgt), tgt)

    def step(loss):
        optimizer.zero_grad()
        loss.backward()
        norm = math.sqrt(sum(float((p.grad.double() ** 2).sum()) for p in model.parameters() if p.grad is not None))
        if norm > max_norm:
            for p in model.parameters():
                if p.grad is not None:
                    p.grad.mul_(max_norm / norm)
        optimizer.step()
        return float(loss.detach())

    tokens = [int(tgt[:, 1:].ne(PAD).sum()) for _, _, tgt in batches]
    before, model.training = model.training, True
    for child in model.children():
        child.train()
    losses = [step(loss_of(*batch)) for batch in batches]
    model.train(before)
    return float(np.average(losses, weights=tokens))


def evaluate(model, batches):
    before = model.training
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    model.eval()
    losses = [float(masked_loss(model(src, lengths, tgt), tgt)) for src, lengths, tgt in batches]
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    model.train(before)
    return float(np.average(losses, weights=[int(tgt[:, 1:].ne(PAD).sum()) for _, _, tgt in batches]))


def grams(tokens, n):
    return Counter(tuple(tokens[i:i + n]) for i in range(max(0, len(tokens) - n + 1)))


def log_precisions(hypotheses, references, n):
    if n == 0:
        return 0.0
    counts = [(grams(h, n), grams(r, n)) for h, r in zip(hypotheses, references)]
    matched = sum((ours & theirs).total() for ours, theirs in counts)
    if matched == 0:
        return -math.inf
    return math.log(matched / sum(ours.total() for ours, _ in counts)) + log_precisions(hypotheses, references, n - 1)


def corpus_bleu(hypotheses, references, max_n=4):
    written, wanted = (sum(len(sentence) for sentence in side) for side in (hypotheses, references))
    if written == 0:
        return 0.0
    return 100 * min(1, math.exp(1 - wanted / written)) * math.exp(log_precisions(hypotheses, references, max_n) / max_n)
