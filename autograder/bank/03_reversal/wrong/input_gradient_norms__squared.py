"""loses input_gradient_norms: the square of the norm, without the root"""

def input_gradient_norms(model, xs, ts):
    model.forward(xs, ts)
    model.backward()
    gradient = model.encoder.embed.dout
    return np.sum(gradient * gradient, axis=2).mean(axis=0)
