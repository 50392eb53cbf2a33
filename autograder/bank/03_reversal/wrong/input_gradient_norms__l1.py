"""loses input_gradient_norms: absolute values added up instead of the L2 norm"""

def input_gradient_norms(model, xs, ts):
    model.forward(xs, ts)
    model.backward()
    return np.abs(model.encoder.embed.dout).sum(axis=2).mean(axis=0)
