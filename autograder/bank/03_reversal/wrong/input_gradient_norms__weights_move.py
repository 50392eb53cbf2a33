"""loses input_gradient_norms: the gradients of a training step, which changes the weights"""

def input_gradient_norms(model, xs, ts):
    trainer = Trainer(model, Adam(0.001))
    trainer.fit(xs, ts, 1, len(xs), rng=np.random.default_rng(0), progress=False)
    return np.linalg.norm(model.encoder.embed.dout, axis=2).mean(axis=0)
