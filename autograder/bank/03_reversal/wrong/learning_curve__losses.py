"""loses learning_curve: the training losses instead of the exact match"""

def learning_curve(make_model, train, test, epochs, batch_size, reverse, rng):
    xs = reverse_inputs(train[0]) if reverse else train[0]
    trainer = Trainer(make_model(rng), Adam(0.001))
    return trainer.fit(xs, train[1], epochs, batch_size, max_grad=5.0, rng=rng, progress=False)
