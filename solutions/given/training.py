"""Training: an optimiser, gradient clipping, and a loop over shuffled batches."""

import numpy as np
from tqdm.auto import tqdm


class Adam:
    """Adam with bias correction. One optimiser belongs to one model: it keeps two averages per parameter."""

    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self._steps = 0
        self._means, self._squares = [], []

    def update(self, params, grads):
        """One step: changes every array of `params` in place. ValueError: the two lists differ in length."""
        if len(params) != len(grads):
            raise ValueError(f"grads must have one array per parameter: {len(params)} params, {len(grads)} grads")
        if not self._means:
            self._means = [np.zeros_like(param) for param in params]
            self._squares = [np.zeros_like(param) for param in params]
        self._steps += 1
        scale = self.lr / (1 - self.beta1**self._steps)
        root = (1 - self.beta2**self._steps) ** 0.5
        for param, grad, mean, square in zip(params, grads, self._means, self._squares, strict=True):
            mean += (1 - self.beta1) * (grad - mean)
            square += (1 - self.beta2) * (grad * grad - square)
            param -= scale * mean / (np.sqrt(square) / root + self.eps)


def clip_grads(grads, max_norm):
    """Shrink all gradients together, in place, so that their joint L2 norm is at most `max_norm`.

    Returns the norm before clipping, a float. ValueError: max_norm <= 0.
    """
    if not max_norm > 0:
        raise ValueError(f"max_norm must be positive, got {max_norm}")
    norm = float(np.sqrt(sum(float(np.vdot(grad, grad)) for grad in grads)))
    if norm > max_norm:
        for grad in grads:
            grad *= max_norm / norm
    return norm


def train_step(model, optimizer, xs, ts, max_grad=None):
    """Forward, backward, clipping (none if `max_grad` is None), one step of the optimiser. Returns the loss."""
    loss = model.forward(xs, ts)
    model.backward()
    if max_grad is not None:
        clip_grads(model.grads, max_grad)
    optimizer.update(model.params, model.grads)
    return loss


class Trainer:
    """Trains a model that has `forward(xs, ts) -> loss`, `backward()`, `params` and `grads`."""

    def __init__(self, model, optimizer):
        self.model, self.optimizer = model, optimizer

    def fit(self, xs, ts, epochs, batch_size, max_grad=None, rng=None, progress=True):
        """Go through all rows `epochs` times, in batches, in an order drawn afresh from `rng` each time.

        xs, ts     arrays with one row per example; the last batch of an epoch may be smaller
        max_grad   the largest joint norm of the gradients, None for no clipping
        rng        a numpy.random.Generator
        returns    list of float, the mean loss of each epoch
        raises     ValueError if xs and ts do not have the same number of rows, or batch_size < 1
        """
        if len(xs) != len(ts):
            raise ValueError(f"ts must have one row per row of xs: {len(xs)} in xs, {len(ts)} in ts")
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}")
        rng = np.random.default_rng() if rng is None else rng
        losses = []
        for _ in (bar := tqdm(range(epochs), desc="epochs", disable=not progress)):
            losses.append(self._epoch(xs, ts, rng.permutation(len(xs)), batch_size, max_grad))
            bar.set_postfix(loss=f"{losses[-1]:.3f}")
        return losses

    def _epoch(self, xs, ts, order, batch_size, max_grad):
        total = 0.0
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            total += len(rows) * train_step(self.model, self.optimizer, xs[rows], ts[rows], max_grad)
        return total / max(len(order), 1)
