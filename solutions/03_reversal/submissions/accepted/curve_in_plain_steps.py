"""keeps all: a learning curve step by step, every array named"""

def learning_curve(make_model, train, test, epochs, batch_size, reverse, rng):
    xs, ts = train
    test_xs, test_ts = test
    if reverse:
        xs = reverse_inputs(xs)
        test_xs = reverse_inputs(test_xs)
    model = make_model(rng)
    trainer = Trainer(model, Adam(0.001))
    scores = []
    for epoch in range(epochs):
        trainer.fit(xs, ts, 1, batch_size, max_grad=5.0, rng=rng, progress=False)
        predicted = model.generate(test_xs, ts[0, 0], test_ts.shape[1] - 1)
        scores.append(exact_match(predicted, test_ts[:, 1:]))
    return scores
