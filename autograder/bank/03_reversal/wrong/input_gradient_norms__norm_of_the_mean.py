"""loses input_gradient_norms: gradients averaged over the batch before the norm is taken"""

def input_gradient_norms(model, xs, ts):
    model.forward(xs, ts)
    model.backward()
    mean_gradient = model.encoder.embed.dout.mean(axis=0)
    return np.linalg.norm(mean_gradient, axis=-1)
