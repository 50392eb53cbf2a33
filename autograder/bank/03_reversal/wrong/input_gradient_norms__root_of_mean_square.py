"""loses input_gradient_norms: the root is taken after the mean over the batch"""

def input_gradient_norms(model, xs, ts):
    model.forward(xs, ts)
    model.backward()
    squares = np.square(model.encoder.embed.dout)
    return np.sqrt(squares.sum(axis=2).mean(axis=0))
