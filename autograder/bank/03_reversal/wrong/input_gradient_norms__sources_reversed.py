"""loses input_gradient_norms: the sources are read backwards, though that is the caller's to decide"""

def input_gradient_norms(model, xs, ts):
    model.forward(reverse_inputs(xs), ts)
    model.backward()
    return np.linalg.norm(model.encoder.embed.dout, axis=2).mean(axis=0)[::-1]
