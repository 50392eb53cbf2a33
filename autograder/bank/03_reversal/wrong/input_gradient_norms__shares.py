"""loses input_gradient_norms: norms divided by their sum"""

def input_gradient_norms(model, xs, ts):
    model.forward(xs, ts)
    model.backward()
    norms = np.linalg.norm(model.encoder.embed.dout, axis=2).mean(axis=0)
    return norms / norms.sum()
