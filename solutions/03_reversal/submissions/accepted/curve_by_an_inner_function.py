"""keeps all: the share of right answers is a function inside the function"""

def learning_curve(make_model, train, test, epochs, batch_size, reverse, rng):
    sources = {"train": train[0], "test": test[0]}
    if reverse:
        sources = {side: reverse_inputs(xs) for side, xs in sources.items()}
    model = make_model(rng)
    trainer = Trainer(model, Adam(0.001))

    def share_right():
        written = model.generate(sources["test"], test[1][0, 0], test[1].shape[1] - 1)
        return exact_match(written, test[1][:, 1:])

    curve = []
    while len(curve) < epochs:
        trainer.fit(sources["train"], train[1], 1, batch_size, max_grad=5.0, rng=rng, progress=False)
        curve.append(share_right())
    return curve
