"""Tagging: one answer for every step of a sequence, and a small task in which it depends on both sides."""

import numpy as np


class Tagger:
    """Scores one tag for every step: an embedding, something that reads the sequence, an affine map.

    embed   a TimeEmbedding
    lstm    a layer with forward(xs) and backward(dhs), such as a TimeLSTM
    affine  a TimeAffine whose W has a row for each unit of the layer's output
    params, grads: those of the three, in this order.
    """

    def __init__(self, embed, lstm, affine):
        self.embed, self.lstm, self.affine = embed, lstm, affine
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = embed.params + lstm.params + affine.params
        self.grads = embed.grads + lstm.grads + affine.grads

    def predict(self, xs):
        """Scores of the tags of ids `xs (N, T)`: `(N, T, number of tags)`."""
        return self.affine.forward(self.lstm.forward(self.embed.forward(xs)))

    def forward(self, xs, ts):
        """The mean loss in nats per step, a float, for ids `xs (N, T)` and their tags `ts (N, T)`."""
        return self.loss_layer.forward(self.predict(xs), ts)

    def backward(self, dout=1):
        """Fill the gradients of the last forward, for an upstream gradient `dout` (a number)."""
        self.embed.backward(self.lstm.backward(self.affine.backward(self.loss_layer.backward(dout))))


def toy_journeys(count, length, stations, share, rng):
    """Railway lines, read step by step, and for every step which station comes before it and which comes next.

    count     number of lines;  length  steps of each
    stations  number of different stations, ids 1 to `stations`; the id 0 is track without a station
    share     the probability that a step has a station, each as likely as any other, whatever the other steps have
    rng       a numpy.random.Generator
    returns   (xs, tags), int arrays (count, length). tags = last * (stations + 1) + next, where last is the nearest
              station to the left of the step, next the nearest to its right, 0 where there is none
    """
    at_station = rng.random((count, length)) < share
    xs = np.where(at_station, rng.integers(1, stations + 1, (count, length)), 0)
    last, next_one = _nearest_before(xs), _nearest_before(xs[:, ::-1])[:, ::-1]
    return xs, last * (stations + 1) + next_one


def _nearest_before(xs):
    """For every step the last id that is not 0 among those before it, 0 if there is none."""
    nearest = np.zeros_like(xs)
    for t in range(1, xs.shape[1]):
        nearest[:, t] = np.where(xs[:, t - 1] > 0, xs[:, t - 1], nearest[:, t - 1])
    return nearest
