"""keeps all: gates by their formulas, each row read for itself without padding; dropout on the embedded words alone"""

class Encoder(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, num_layers=2, dropout=0.1):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_size, padding_idx=PAD)
        self.drop = nn.Dropout(dropout)
        self.gru = nn.GRU(embedding_size, hidden_size, num_layers, bidirectional=True, batch_first=True)
        self.linear = nn.Linear(hidden_size * 2, hidden_size)

    def cell(self, x, h, suffix):
        W, U = getattr(self.gru, "weight_ih" + suffix), getattr(self.gru, "weight_hh" + suffix)
        b, d = getattr(self.gru, "bias_ih" + suffix), getattr(self.gru, "bias_hh" + suffix)
        from_x = (W @ x + b).split(self.gru.hidden_size)
        from_h = (U @ h + d).split(self.gru.hidden_size)
        r = torch.sigmoid(from_x[0] + from_h[0])
        z = torch.sigmoid(from_x[1] + from_h[1])
        n = torch.tanh(from_x[2] + r * from_h[2])
        return n + z * (h - n)

    def read(self, xs, suffix):
        h = xs[0].new_zeros(self.gru.hidden_size)
        states = []
        for x in xs:
            h = self.cell(x, h, suffix)
            states.append(h)
        return states

    def forward(self, src, lengths):
        outputs, hidden = [], []
        for row, length in zip(src, lengths.tolist()):
            xs = list(self.drop(self.embedding(row[:length])))
            for layer in range(self.gru.num_layers):
                ahead = self.read(xs, f"_l{layer}")
                back = self.read(xs[::-1], f"_l{layer}_reverse")
                xs = [torch.cat(pair) for pair in zip(ahead, back[::-1])]
            hidden.append(self.linear(torch.cat([ahead[-1], back[-1]])))
            outputs.append(F.pad(torch.stack(xs), (0, 0, 0, len(row) - length)))
        return torch.stack(outputs), torch.stack(hidden)


class OneHotTranslator(nn.Module):
    def __init__(self, src_size, tgt_size, hidden_size=256, attention=False):
        super().__init__()
        self.hidden_size = hidden_size
        self.encoder_lstm = nn.LSTM(src_size, hidden_size, batch_first=True)
        self.decoder_lstm = nn.LSTM(tgt_size, hidden_size, batch_first=True)
        self.attends = attention
        self.output = nn.Linear(hidden_size * (1 + attention), tgt_size)

    def cell(self, lstm, x, state):
        gates = F.linear(x, lstm.weight_ih_l0, lstm.bias_ih_l0)
        gates = gates + F.linear(state["h"], lstm.weight_hh_l0, lstm.bias_hh_l0)
        i, f, g, o = gates.chunk(4, dim=1)
        c = torch.sigmoid(f) * state["c"] + torch.sigmoid(i) * torch.tanh(g)
        return {"h": torch.sigmoid(o) * torch.tanh(c), "c": c}

    def encode(self, src_one_hot):
        zeros = src_one_hot.new_zeros(len(src_one_hot), self.hidden_size)
        state = {"h": zeros, "c": zeros}
        read = []
        for s in range(src_one_hot.shape[1]):
            state = self.cell(self.encoder_lstm, src_one_hot[:, s], state)
            read.append(state["h"])
        return state, torch.stack(read, dim=1)

    def context(self, h, enc_outputs):
        scores = torch.einsum("nh,nsh->ns", h, enc_outputs)
        weights = torch.exp(scores - scores.max(dim=1, keepdim=True).values)
        weights = weights / weights.sum(dim=1, keepdim=True)
        return torch.einsum("ns,nsh->nh", weights, enc_outputs)

    def decode_step(self, token_one_hot, states, enc_outputs):
        state = self.cell(self.decoder_lstm, token_one_hot, states)
        joined = state["h"]
        if self.attends:
            joined = torch.hstack([joined, self.context(joined, enc_outputs)])
        logits = self.output(joined)
        return [logits - logits.logsumexp(dim=1, keepdim=True), state]

    def forward(self, src_one_hot, tgt_one_hot):
        state, enc_outputs = self.encode(src_one_hot)
        N, T, size = tgt_one_hot.shape
        log_p = tgt_one_hot.new_empty(N, T, size)
        for t in range(T):
            log_p[:, t], state = self.decode_step(tgt_one_hot[:, t], state, enc_outputs)
        return log_p
