"""loses input_gradient_norms: the gradient at the target's word vectors"""

def input_gradient_norms(model, xs, ts):
    model.forward(xs, ts)
    model.backward()
    dvectors = model.decoder.embed.dout
    norms = np.linalg.norm(dvectors, axis=2).mean(axis=0)
    return np.resize(norms, xs.shape[1])
