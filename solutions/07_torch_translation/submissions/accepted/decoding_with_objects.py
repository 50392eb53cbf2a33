"""keeps all: small classes, a context manager for the mode, NumPy where torch is not needed, ended answers in a heap"""

class Translator(nn.Module):
    START = 0

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    class Coin:
        def __init__(self, prob, generator):
            self.prob, self.generator = prob, generator

        def says_truth(self):
            if self.generator is None:
                number = torch.rand(1)
            else:
                number = torch.empty(1).uniform_(generator=self.generator)
            return number.item() < self.prob

    def step(self, ids, state, memory):
        logits, state, weights = self.decoder(input_ids=ids, hidden=state, enc_outputs=memory[0], mask=memory[1])
        return logits, state

    def forward(self, src, lengths, tgt, teacher_forcing_prob=1.0, generator=None):
        coin = self.Coin(teacher_forcing_prob, generator)
        keys, state = self.encoder(src=src, lengths=lengths)
        memory = keys, (src - PAD).bool()
        columns = list(tgt.unbind(dim=1))
        answers = [self.step(columns[self.START], state, memory)]
        for column in columns[1:-1]:
            logits, state = answers[-1]
            answers.append(self.step(column if coin.says_truth() else logits.argmax(-1), state, memory))
        return torch.stack([logits for logits, _ in answers]).transpose(0, 1)


def sequence_log_probability(model, src, lengths, tgt):
    training = model.training
    model.eval()
    try:
        logits = model(src, lengths, tgt).detach()
    finally:
        model.train(training)
    scores, wanted = logits.numpy(), tgt[:, 1:].numpy()
    largest = scores.max(axis=2, keepdims=True)
    log_p = scores - largest - np.log(np.exp(scores - largest).sum(axis=2, keepdims=True))
    n, t = np.indices(wanted.shape)
    counted = np.where(wanted != PAD, log_p[n, t, wanted], 0)
    return torch.from_numpy(counted.sum(axis=1).astype(scores.dtype))


def greedy_decode(model, src, lengths, max_length):
    import contextlib

    @contextlib.contextmanager
    def evaluation(model):
        training = model.training
        with torch.no_grad():
            yield model.eval()
        model.train(training)

    class Writer:
        def __init__(self):
            self.ids, self.done = [], False

        def write(self, id):
            self.done = self.done or id == EOS or len(self.ids) == max_length
            if not self.done:
                self.ids.append(id)

    writers = [Writer() for _ in src]
    with evaluation(model):
        keys, state = model.encoder(src, lengths)
        read = [SOS] * len(src)
        for _ in range(max_length):
            logits, state, _ = model.decoder(torch.tensor(read), state, keys, src != PAD)
            read = logits.argmax(dim=1).tolist()
            for writer, id in zip(writers, read):
                writer.write(id)
            if all(writer.done for writer in writers):
                break
    return [writer.ids for writer in writers]


def beam_search(model, src, lengths, beam_size, max_length, length_penalty=0.0):
    import heapq

    class Beginning:
        def __init__(self, ids, log_p, state):
            self.ids, self.log_p, self.state = ids, log_p, state

        @property
        def ended(self):
            return self.ids[-1:] == [EOS]

        @property
        def answer(self):
            score = self.log_p / len(self.ids) ** length_penalty
            return float(score), [int(id) for id in self.ids if id != EOS]

    def grown(beginning, logits, state):
        logits = np.asarray(logits, dtype=np.float64)
        log_p = logits - logits.max()
        log_p = log_p - np.log(np.exp(log_p).sum())
        return [Beginning(beginning.ids + [id], beginning.log_p + log_p[id], state) for id in range(len(log_p))]

    training = model.training
    model.eval()
    beams = []
    with torch.no_grad():
        outputs, hidden = model.encoder(src, lengths)
        for keys, state, real in zip(outputs, hidden, src != PAD):
            beam = [Beginning([], 0.0, state)]
            for _ in range(max_length):
                live = [one for one in beam if not one.ended]
                candidates = [one for one in beam if one.ended]
                if not live:
                    break
                read = torch.tensor([one.ids[-1] if one.ids else SOS for one in live])
                states = torch.stack([one.state for one in live])
                logits, states, _ = model.decoder(
                    read, states, keys.expand(len(live), *keys.shape), real.expand(len(live), *real.shape)
                )
                for one, scores, state in zip(live, logits.tolist(), states):
                    candidates += grown(one, scores, state)
                if beam_size == 1:
                    beam = heapq.nlargest(1, candidates, key=lambda one: one.log_p)
                else:  # ended answers have a heap of their own
                    ended = heapq.nlargest(beam_size, [one for one in candidates if one.ended], key=lambda one: one.answer[0])
                    beam = ended + heapq.nlargest(
                        beam_size, [one for one in candidates if not one.ended], key=lambda one: one.log_p
                    )
            answers = [one.answer for one in beam]
            beams.append(heapq.nlargest(beam_size, answers))
    model.train(training)
    return beams
