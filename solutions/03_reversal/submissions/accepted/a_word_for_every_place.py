"""keeps all: gradients of a table that has a word of its own for every place of the batch"""

import contextlib


@contextlib.contextmanager
def a_word_for_every_place(model, xs):
    """While it lasts, the encoder reads ids 0, 1, 2, ... that have the vectors of xs."""
    embed = model.encoder.embed
    vectors = embed.params[0][xs]
    model.encoder.embed = type(embed)(vectors.reshape(xs.size, -1).copy())
    try:
        yield model.encoder.embed.grads[0].reshape(vectors.shape)
    finally:
        model.encoder.embed = embed


def input_gradient_norms(model, xs, ts):
    with a_word_for_every_place(model, xs) as gradients:
        model.forward(np.arange(xs.size).reshape(xs.shape), ts)
        model.backward()
    return np.sqrt(np.sum(gradients * gradients, axis=-1)).mean(axis=0)
