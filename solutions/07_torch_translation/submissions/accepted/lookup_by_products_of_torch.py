"""keeps all: masks by the least number there is, products by einsum, bmm and F.bilinear, sublayers made in a loop"""

def soft_lookup(query, keys, values, score, mask=None):
    e = score(query, keys)
    if mask is not None:
        if (mask.sum(1) == 0).any():
            raise ValueError("every row of the mask needs a True")
        e = torch.where(mask, e, torch.full_like(e, torch.finfo(e.dtype).min))
    a = F.softmax(e, dim=-1)
    return torch.einsum("ns,nsm->nm", a, values), a


class DotScore(nn.Module):
    def forward(self, query, keys):
        return torch.bmm(keys, query.unsqueeze(2)).squeeze(2)


class GeneralScore(nn.Module):
    def __init__(self, query_size, key_size):
        super().__init__()
        self.weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(query_size, key_size)))

    def forward(self, query, keys):
        queries = query.unsqueeze(1).expand(-1, keys.size(1), -1).contiguous()
        return F.bilinear(queries, keys.contiguous(), self.weight[None]).squeeze(-1)


class ConcatScore(nn.Module):
    def __init__(self, query_size, key_size, attention_size):
        super().__init__()
        self.register_parameter("v", nn.Parameter(torch.empty(attention_size).uniform_(-0.1, 0.1)))
        self.register_parameter("W", nn.Parameter(torch.empty(attention_size, query_size + key_size).normal_()))

    def forward(self, query, keys):
        both = torch.cat((query.unsqueeze(1).repeat(1, keys.size(1), 1), keys), -1)
        return F.linear(torch.tanh(F.linear(both, self.W)), self.v[None])[..., 0]


class AttentionDecoder(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, key_size, score):
        super().__init__()
        self.score = score
        for name, layer in {
            "output": nn.Linear(hidden_size + key_size, vocab_size),
            "gru": nn.GRUCell(embedding_size, hidden_size),
            "embedding": nn.Embedding(vocab_size, embedding_size),
        }.items():
            self.add_module(name, layer)

    def forward(self, input_ids, hidden, enc_outputs, mask):
        hidden = self.gru(F.embedding(input_ids, self.embedding.weight), hidden)
        context, weights = soft_lookup(
            query=hidden, keys=enc_outputs, values=enc_outputs, score=self.score, mask=mask
        )
        return self.output(torch.hstack([hidden, context])), hidden, weights
