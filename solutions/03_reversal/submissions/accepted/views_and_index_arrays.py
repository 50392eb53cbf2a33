"""keeps all: views, index arrays, arithmetic and einsum, no loop over rows"""

def reverse_inputs(xs):
    """A view: nobody writes to it."""
    return np.flip(xs, axis=1)


def reverse_tokens(xs, pad_id):
    S = xs.shape[1]
    trailing = np.logical_and.accumulate(xs[:, ::-1] == pad_id, axis=1).sum(axis=1, keepdims=True)
    place = S - trailing - 1 - np.arange(S)  # negative ones count from the right: they meet the padding
    return np.take_along_axis(xs, place % S, axis=1)


def time_lags(source_length, target_length, reverse):
    n = min(source_length, target_length)
    return np.arange(1, 2 * n, 2) if reverse else np.repeat(source_length, n)


def input_gradient_norms(model, xs, ts):
    model.forward(xs, ts), model.backward()
    d = model.encoder.embed.dout
    return np.einsum("nsd,nsd->ns", d, d, dtype=np.float64).__pow__(0.5).mean(0)


def learning_curve(make_model, train, test, epochs, batch_size, reverse, rng):
    turn = reverse_inputs if reverse else lambda xs: xs
    (xs, ts), (test_xs, test_ts) = ((turn(xs), ts) for xs, ts in (train, test))
    trainer = Trainer(make_model(rng), Adam(lr=1e-3))

    def epoch():
        trainer.fit(xs, ts, epochs=1, batch_size=batch_size, max_grad=5, rng=rng)
        written = trainer.model.generate(test_xs, test_ts[0][0], len(test_ts[0]) - 1)
        return float((written == test_ts[:, 1:]).all(axis=1).mean())

    return [epoch() for _ in range(epochs)]
