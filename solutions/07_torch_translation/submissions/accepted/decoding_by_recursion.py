"""keeps all: recursion and reduce in place of loops, one-hot rows and einsum in place of gather, lengths in place of the ids of PAD"""

import functools

class Translator(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, src, lengths, tgt, teacher_forcing_prob=1.0, generator=None):
        outputs, hidden = self.encoder(src, lengths)
        positions = torch.arange(src.shape[1], device=src.device)
        real = positions.expand_as(src) < lengths.to(src.device).unsqueeze(1)

        def one_more(steps, truth):
            logits, hidden = steps[-1]
            alone = torch.rand((), generator=generator) >= teacher_forcing_prob
            read = torch.where(alone, logits.argmax(dim=1), truth)
            return steps + [self.decoder(read, hidden, outputs, real)[:2]]

        first = self.decoder(tgt[:, 0], hidden, outputs, real)[:2]
        steps = functools.reduce(one_more, tgt[:, 1:-1].T, [first])
        return torch.stack([logits for logits, _ in steps], 1)


def sequence_log_probability(model, src, lengths, tgt):
    training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(src, lengths, tgt, 1.0, None)
        log_p = logits - torch.logsumexp(logits, dim=2, keepdim=True)
        picks = F.one_hot(tgt[:, 1:], log_p.shape[2]).to(log_p.dtype)
        picks[..., PAD] = 0
        result = torch.einsum("ntv,ntv->n", log_p, picks)
    model.train(training)
    return result


def greedy_decode(model, src, lengths, max_length):
    training = model.training
    model.eval()

    def until_end(ids):
        return [] if not ids or ids[0] == EOS else [ids[0]] + until_end(ids[1:])

    def columns(read, hidden, outputs, real, left):
        if left == 0:
            return []
        logits, hidden, _ = model.decoder(read, hidden, outputs, real)
        best = torch.argmax(logits, dim=-1)
        return [best.tolist()] + columns(best, hidden, outputs, real, left - 1)

    with torch.no_grad():
        outputs, hidden = model.encoder(src, lengths)
        real = torch.arange(src.shape[1])[None, :] < lengths[:, None]
        written = columns(torch.full((len(src),), SOS), hidden, outputs, real, max_length)
    model.train(training)
    return [until_end(list(row)) for row in zip(*written)]


def beam_search(model, src, lengths, beam_size, max_length, length_penalty=0.0):
    training = model.training
    model.eval()

    def search(beam, hidden, outputs, real, step):
        """Every answer that ends from here on: (log P, tokens)."""
        if not beam or step == max_length:
            return beam
        count = len(beam)
        read = torch.tensor([(SOS, *tokens)[-1] for _, tokens in beam])
        logits, hidden, _ = model.decoder(read, hidden, outputs.expand(count, -1, -1), real.expand(count, -1))
        log_p = torch.log_softmax(logits.double(), dim=-1)
        grown = [
            (total + log_p[i, id].item(), tokens + (id,), i)
            for i, (total, tokens) in enumerate(beam)
            for id in range(log_p.shape[1])
        ]
        best = sorted(grown, reverse=True)[:beam_size]
        ended = [(total, tokens) for total, tokens, _ in best if tokens[-1] == EOS]
        live = [entry for entry in best if entry[1][-1] != EOS]
        rows = torch.tensor([i for _, _, i in live], dtype=torch.long)
        return ended + search([entry[:2] for entry in live], hidden.index_select(0, rows), outputs, real, step + 1)

    def scored(total, tokens):
        ids = list(tokens)
        return total * len(ids) ** -length_penalty, ids[:-1] if ids[-1] == EOS else ids

    beams = []
    with torch.no_grad():
        for n in range(src.shape[0]):
            outputs, hidden = model.encoder(src[n : n + 1], lengths[n : n + 1])
            found = search([(0.0, ())], hidden, outputs, src[n : n + 1] != PAD, 0)
            beams.append(sorted((scored(*one) for one in found), reverse=True)[:beam_size])
    model.train(training)
    return beams
