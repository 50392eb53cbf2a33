"""loses input_gradient_norms: one norm over batch and word vector together"""

def input_gradient_norms(model, xs, ts):
    model.forward(xs, ts)
    model.backward()
    dout = model.encoder.embed.dout
    norms = []
    for s in range(dout.shape[1]):
        norms.append(np.linalg.norm(dout[:, s]) / len(xs))
    return np.array(norms)
