"""Small torch models: one of two languages, for functions that train and measure any model, and one of likeness."""

import torch
from torch import nn


class EverySecondDoubled(nn.Module):
    """A dropout that can be followed by hand: in train mode numbers 0, 2, 4 ... of a vector are 0, the others doubled.

    modes    list of bool, whether each call so far was in train mode
    """

    def __init__(self):
        super().__init__()
        self.modes = []

    def forward(self, vectors):
        self.modes.append(self.training)
        if not self.training:
            return vectors
        doubled = torch.arange(vectors.shape[-1], device=vectors.device) % 2 * 2
        return vectors * doubled.to(vectors.dtype)


class WordBag(nn.Module):
    """Score each next token from the source's words, in no order, and the token read before.

    source    nn.Embedding (src_size, size); a source is the mean of its vectors, padding left out
    nothing   (size,), the vector of a source of EOS alone. A batch without such a source does not use it
    target    nn.Embedding (tgt_size, size), the token read before
    dropout   EverySecondDoubled, on tanh of the sum of the two
    output    nn.Linear from size to tgt_size
    modes     list of bool, whether each call so far was in train mode
    graphs    list of bool, whether the scores of each call so far had a graph
    """

    def __init__(self, src_size, tgt_size, size):
        super().__init__()
        self.source = nn.Embedding(src_size, size)
        self.nothing = nn.Parameter(torch.zeros(size))
        self.target = nn.Embedding(tgt_size, size)
        self.dropout = EverySecondDoubled()
        self.output = nn.Linear(size, tgt_size)
        self.modes, self.graphs = self.dropout.modes, []

    def forward(self, src, lengths, tgt, teacher_forcing_prob=1.0):
        """Scores (N, T - 1, tgt_size) of src (N, S), lengths (N,), tgt (N, T); ValueError if not always told."""
        if teacher_forcing_prob != 1:
            raise ValueError(f"a WordBag is always told the token before, not with {teacher_forcing_prob}")
        lengths = lengths.to(src.device)
        real = torch.arange(src.shape[1], device=src.device) < lengths[:, None]
        bags = (self.source(src) * real[:, :, None]).sum(dim=1) / lengths[:, None]
        if (lengths == 1).any():
            bags = torch.where(lengths[:, None] == 1, self.nothing, bags)
        hidden = torch.tanh(bags[:, None] + self.target(tgt[:, :-1]))
        logits = self.output(self.dropout(hidden))
        self.graphs.append(logits.requires_grad)
        return logits


class DistanceScore(nn.Module):
    """Score a key the lower, the farther it is from the query: minus the sum of weight (query - key)^2.

    weight   nn.Parameter (size,): of each of the first `size` numbers of query and key; the others do not count
    """

    def __init__(self, size):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, query, keys):
        """Scores (N, S) of query (N, Q) and keys (N, S, K)."""
        size = len(self.weight)
        differences = query[:, None, :size] - keys[:, :, :size]
        return -(differences.square() @ self.weight)


# torch loads what optimizers need with the first one, which takes a second or two: once here, and then it is there for
# every process that is copied from this one.
FIRST_OPTIMIZER = torch.optim.SGD([torch.zeros(1)], lr=1.0)


def gradient_descent(model, rate):
    """An optimizer that takes plain steps: each parameter less rate times its gradient."""
    return type(FIRST_OPTIMIZER)(model.parameters(), lr=rate)
