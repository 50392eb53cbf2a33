"""keeps all: looks up row by row, key by key, among the real entries alone; every product written out"""

def soft_lookup(query, keys, values, score, mask=None):
    if mask is None:
        mask = torch.ones(keys.shape[:2]).bool()
    found, all_weights = [], []
    for q, k, v, real in zip(query, keys, values, mask):
        places = real.nonzero().flatten()
        if places.numel() == 0:
            raise ValueError(f"no entry to look up: {real.tolist()}")
        scores = torch.stack([score(q[None], k[None, place : place + 1])[0, 0] for place in places.tolist()])
        powers = torch.exp(scores - scores.max())
        weights = scores.new_zeros(len(k)).index_put((places,), powers / powers.sum())
        found.append(sum(w * one for w, one in zip(weights, v)))
        all_weights.append(weights)
    return torch.stack(found), torch.stack(all_weights)


class DotScore(nn.Module):
    def forward(self, query, keys):
        return (query[:, None] * keys).sum(dim=-1)


class GeneralScore(nn.Module):
    def __init__(self, query_size, key_size):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(query_size, key_size))

    def forward(self, query, keys):
        return torch.stack([torch.stack([q @ self.weight @ key for key in k]) for q, k in zip(query, keys)])


class ConcatScore(nn.Module):
    def __init__(self, query_size, key_size, attention_size):
        super().__init__()
        self.query_size = query_size
        self.W = nn.Parameter(torch.rand(attention_size, query_size + key_size) - 0.5)
        self.v = nn.Parameter(torch.zeros(attention_size))

    def forward(self, query, keys):
        of_query = query @ self.W[:, : self.query_size].T
        of_keys = keys @ self.W[:, self.query_size :].T
        return (self.v * (of_query.unsqueeze(1) + of_keys).tanh()).sum(2)


class AttentionDecoder(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, key_size, score):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_size, padding_idx=PAD)
        self.gru = nn.GRUCell(embedding_size, hidden_size)
        self.score = score
        self.output = nn.Linear(hidden_size + key_size, vocab_size)

    def new_state(self, x, h):
        from_x = (x @ self.gru.weight_ih.T + self.gru.bias_ih).chunk(3, dim=1)
        from_h = (h @ self.gru.weight_hh.T + self.gru.bias_hh).chunk(3, dim=1)
        r, z = (torch.sigmoid(from_x[i] + from_h[i]) for i in (0, 1))
        n = torch.tanh(from_x[2] + r * from_h[2])
        return (1 - z) * n + z * h

    def forward(self, input_ids, hidden, enc_outputs, mask):
        state = self.new_state(self.embedding.weight[input_ids], hidden)
        context, weights = soft_lookup(state, enc_outputs, enc_outputs, self.score, mask)
        H = state.shape[1]
        W = self.output.weight
        logits = state @ W[:, :H].T + context @ W[:, H:].T + self.output.bias
        return logits, state, weights
