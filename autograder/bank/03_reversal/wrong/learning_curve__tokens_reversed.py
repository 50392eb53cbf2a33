"""loses learning_curve: reverse_tokens instead of reverse_inputs: the padding stays on the right"""

def learning_curve(make_model, train, test, epochs, batch_size, reverse, rng):
    xs, ts = train
    test_xs, test_ts = test
    if reverse:
        pad_id = xs[:, -1].min()
        xs = reverse_tokens(xs, pad_id)
        test_xs = reverse_tokens(test_xs, pad_id)
    model = make_model(rng)
    trainer = Trainer(model, Adam(0.001))
    scores = []
    for epoch in range(epochs):
        trainer.fit(xs, ts, 1, batch_size, max_grad=5.0, rng=rng, progress=False)
        predicted = model.generate(test_xs, ts[0, 0], test_ts.shape[1] - 1)
        scores.append(exact_match(predicted, test_ts[:, 1:]))
    return scores
