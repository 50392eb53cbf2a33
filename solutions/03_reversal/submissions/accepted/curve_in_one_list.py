"""keeps all: a learning curve without a name for most things"""

def learning_curve(make_model, train, test, epochs, batch_size, reverse, rng):
    xs, test_xs = [reverse_inputs(pair[0]) if reverse else pair[0] for pair in (train, test)]
    model = make_model(rng)
    trainer, curve = Trainer(model, Adam(0.001)), []
    for _ in range(epochs):
        trainer.fit(xs, train[1], 1, batch_size, 5.0, rng, progress=False)
        answers = model.generate(test_xs, test[1][0, 0], test[1].shape[1] - 1)
        curve += [exact_match(answers, test[1][:, 1:])]
    return curve
