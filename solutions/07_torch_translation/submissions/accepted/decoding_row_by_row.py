"""keeps all: every row by itself, all draws made in advance, a beam that starts from SOS again for each beginning"""

class Translator(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.decoder = decoder
        self.encoder = encoder

    def write_row(self, src, length, tgt, coins):
        outputs, state = self.encoder(src, length)
        real = torch.arange(src.shape[1])[None] < length[:, None]
        token = tgt[:, 0]
        rows = []
        for coin, truth in zip(coins, tgt[0, 1:]):
            scores, state, _ = self.decoder(token, state, outputs, real)
            rows.append(scores[0])
            token = truth[None] if coin else scores.argmax(dim=1)
        return torch.stack(rows)

    def forward(self, src, lengths, tgt, teacher_forcing_prob=1.0, generator=None):
        draws = torch.rand(tgt.shape[1] - 1, generator=generator)
        coins = (draws < teacher_forcing_prob).tolist()
        rows = []
        for n in range(len(src)):
            rows.append(self.write_row(src[n : n + 1], lengths[n : n + 1], tgt[n : n + 1], coins))
        return torch.stack(rows)


def sequence_log_probability(model, src, lengths, tgt):
    was = model.training
    model.eval()
    sums = []
    with torch.no_grad():
        for n in range(len(src)):
            outputs, state = model.encoder(src[n : n + 1], lengths[n : n + 1])
            parts = []
            for t in range(tgt.shape[1] - 1):
                if tgt[n, t + 1] == PAD:
                    break
                scores, state, _ = model.decoder(tgt[n, t][None], state, outputs, src[n : n + 1] != PAD)
                parts.append(scores[0, tgt[n, t + 1]] - scores[0].logsumexp(0))
            sums.append(sum(parts))
    model.train(was)
    return torch.stack(sums)


def greedy_decode(model, src, lengths, max_length):
    was = model.training
    model.eval()
    answers = []
    with torch.no_grad():
        for n in range(len(src)):
            row = src[n : n + 1]
            outputs, state = model.encoder(row, lengths[n : n + 1])
            ids = [SOS]
            while len(ids) <= max_length and ids[-1] != EOS:
                scores, state, _ = model.decoder(torch.tensor([ids[-1]]), state, outputs, row != PAD)
                ids.append(int(scores[0].argmax()))
                if ids[-1] == EOS:
                    break
            answers.append(ids[1:-1] if ids[-1] == EOS else ids[1:])
    model.train(was)
    return answers


def beam_search(model, src, lengths, beam_size, max_length, length_penalty=0.0):
    def following(row, length, beginnings):
        """log-probabilities after each of the beginnings, all as long, read again from SOS on"""
        count = len(beginnings)
        outputs, state = model.encoder(row.expand(count, -1), length.expand(count))
        columns = torch.tensor([[SOS, *ids] for ids in beginnings]).T
        for column in columns:
            scores, state, _ = model.decoder(column, state, outputs, (row != PAD).expand(count, -1))
        return F.log_softmax(scores, dim=1).tolist()

    was = model.training
    model.eval()
    beams = []
    with torch.no_grad():
        for n in range(len(src)):
            done, live = [], {(): 0.0}
            for t in range(1, max_length + 1):
                grown = []
                for (ids, total), chances in zip(live.items(), following(src[[n]], lengths[[n]], list(live))):
                    grown += [(total + chance, (*ids, id)) for id, chance in enumerate(chances)]
                grown.sort(key=lambda pair: -pair[0])
                kept = grown[:beam_size]
                done += [(total / t**length_penalty, list(ids[:-1])) for total, ids in kept if ids[-1] == EOS]
                live = {ids: total for total, ids in kept if ids[-1] != EOS}
                if not live:
                    break
            done += [(total / max_length**length_penalty, list(ids)) for ids, total in live.items()]
            beams.append(sorted(done, key=lambda pair: pair[0], reverse=True)[:beam_size])
    model.train(was)
    return beams
