"""keeps all: no loop over rows, a beam in one tensor of N * beam_size rows in which ended answers keep their places"""

class Translator(nn.Module):
    def __init__(self, encoder, decoder):
        nn.Module.__init__(self)
        self.encoder, self.decoder = encoder, decoder

    def forward(self, src, lengths, tgt, teacher_forcing_prob=1.0, generator=None):
        outputs, hidden = self.encoder(src, lengths)
        mask = src.ne(PAD)
        T = tgt.size(1)
        chances = torch.full((T,), float(teacher_forcing_prob))
        forced = torch.bernoulli(chances, generator=generator).bool()
        forced[0] = True
        logits = None
        steps = ()
        for t in range(T - 1):
            read = tgt[:, t] if forced[t] else logits.detach().max(dim=-1).indices
            logits, hidden, _ = self.decoder(read, hidden, outputs, mask)
            steps += (logits.unsqueeze(1),)
        return torch.cat(steps, dim=1)


@torch.no_grad()
def sequence_log_probability(model, src, lengths, tgt):
    mode = model.training
    model.train(False)
    try:
        logits = model(src, lengths, tgt, teacher_forcing_prob=1.0)
    finally:
        model.train(mode)
    surprise = F.cross_entropy(logits.transpose(1, 2), tgt[:, 1:], ignore_index=PAD, reduction="none")
    return -surprise.sum(dim=1)


@torch.no_grad()
def greedy_decode(model, src, lengths, max_length):
    mode = model.training
    model.train(False)
    outputs, hidden = model.encoder(src, lengths)
    written = torch.full((len(src), max_length + 1), EOS)
    written[:, 0] = SOS
    for t in range(max_length):
        logits, hidden, _ = model.decoder(written[:, t], hidden, outputs, src.ne(PAD))
        written[:, t + 1] = logits.max(dim=1).indices
    model.train(mode)
    before_end = (written[:, 1:] == EOS).cumsum(dim=1) == 0
    return [row[keep].tolist() for row, keep in zip(written[:, 1:], before_end)]


@torch.no_grad()
def beam_search(model, src, lengths, beam_size, max_length, length_penalty=0.0):
    mode = model.training
    model.train(False)
    N, B = len(src), beam_size
    outputs, hidden = model.encoder(src, lengths)
    outputs, hidden, mask = (part.repeat_interleave(B, dim=0) for part in (outputs, hidden, src.ne(PAD)))
    totals = torch.full((N, B), -math.inf, dtype=torch.float64)
    totals[:, 0] = 0.0
    written = torch.zeros(N * B, 0, dtype=torch.long)
    tokens = torch.zeros(N * B, dtype=torch.long)  # how many each place has written, EOS too
    ended = torch.zeros(N * B, dtype=torch.bool)
    read = torch.full((N * B,), SOS)
    for _ in range(max_length):
        logits, hidden, _ = model.decoder(read, hidden, outputs, mask)
        log_p = logits.log_softmax(dim=1).double()
        V = log_p.shape[1]
        stay = torch.full((V,), -math.inf, dtype=torch.float64)
        stay[EOS] = 0.0  # an ended answer goes on in one way only, which costs nothing
        log_p = torch.where(ended[:, None], stay, log_p)
        totals, places = (totals[:, :, None] + log_p.view(N, B, V)).flatten(1).topk(B, dim=1)
        origins = (torch.arange(N)[:, None] * B + places // V).flatten()
        read = (places % V).flatten()
        hidden, written, tokens, ended = hidden[origins], written[origins], tokens[origins], ended[origins]
        tokens = tokens + ~ended
        written = torch.cat([written, read[:, None]], dim=1)
        ended = ended | (read == EOS)
        if ended[totals.flatten().isfinite()].all():
            break
    model.train(mode)
    scores = (totals.flatten() / tokens.double() ** length_penalty).view(N, B)
    beams = []
    for n in range(N):
        beam = []
        for b in scores[n].argsort(descending=True).tolist():
            place = n * B + b
            if totals[n, b] > -math.inf:
                count = int(tokens[place]) - int(ended[place])
                beam.append((float(scores[n, b]), written[place, :count].tolist()))
        beams.append(beam)
    return beams
