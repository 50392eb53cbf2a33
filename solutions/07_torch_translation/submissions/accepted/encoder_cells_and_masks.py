"""keeps all: rows sorted and put back, gru_cell for the rows that are not over; one LSTM call for a whole target"""

class Encoder(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, num_layers=2, dropout=0.1):
        super().__init__()
        self.H, self.dropout = hidden_size, dropout
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.gru = nn.GRU(embedding_size, hidden_size, num_layers, True, True, 0.0, True)
        self.linear = nn.Linear(2 * hidden_size, hidden_size)

    def direction(self, xs, mask, name, times):
        weights = [self.gru.get_parameter(kind + name) for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        h = xs.new_zeros(len(xs), self.H)
        states = {}
        for t in times:
            after = torch.gru_cell(xs[:, t], h, *weights)
            h = torch.where(mask[:, t, None], after, h)
            states[t] = h * mask[:, t, None]
        return torch.stack([states[t] for t in sorted(states)], dim=1), h

    def forward(self, src, lengths):
        order = torch.argsort(lengths, descending=True)
        back = torch.argsort(order)
        ids = src[order]
        mask = ids != PAD
        longest, S = int(lengths.max()), src.shape[1]
        xs = F.embedding(ids, self.embedding.weight)
        for layer in range(self.gru.num_layers):
            if layer:
                xs = F.dropout(xs, self.dropout, training=self.training)
            ahead, last = self.direction(xs, mask, f"_l{layer}", range(longest))
            behind, first = self.direction(xs, mask, f"_l{layer}_reverse", range(longest - 1, -1, -1))
            xs = torch.cat([ahead, behind], dim=2)
        outputs = torch.cat([xs, xs.new_zeros(len(xs), S - longest, 2 * self.H)], dim=1)
        hidden = self.linear(torch.cat([last, first], dim=1))
        return outputs.index_select(0, back), hidden.index_select(0, back)


class OneHotTranslator(nn.Module):
    def __init__(self, src_size, tgt_size, hidden_size=256, attention=False):
        super().__init__()
        self.encoder_lstm = nn.LSTM(src_size, hidden_size, batch_first=True)
        self.decoder_lstm = nn.LSTM(tgt_size, hidden_size, batch_first=True)
        inputs = 2 * hidden_size if attention else hidden_size
        self.output = nn.Linear(inputs, tgt_size)

    def encode(self, src_one_hot):
        enc_outputs, states = self.encoder_lstm(src_one_hot)
        return torch.stack(states), enc_outputs

    def run(self, tokens, states, enc_outputs):
        hs, states = self.decoder_lstm(tokens, tuple(states))
        if self.output.in_features > self.decoder_lstm.hidden_size:
            scores = torch.bmm(hs, enc_outputs.transpose(1, 2))
            contexts = torch.bmm(torch.softmax(scores, dim=2), enc_outputs)
            hs = torch.cat((hs, contexts), dim=2)
        return F.log_softmax(self.output(hs), dim=-1), states

    def decode_step(self, token_one_hot, states, enc_outputs):
        log_p, states = self.run(token_one_hot.unsqueeze(1), states, enc_outputs)
        return log_p.squeeze(1), torch.stack(states)

    def forward(self, src_one_hot, tgt_one_hot):
        states, enc_outputs = self.encode(src_one_hot)
        return self.run(tgt_one_hot, states, enc_outputs)[0]
