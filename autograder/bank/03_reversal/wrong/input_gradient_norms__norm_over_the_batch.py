"""loses input_gradient_norms: the norm runs over the batch and the mean over the word vector"""

def input_gradient_norms(model, xs, ts):
    model.forward(xs, ts)
    model.backward()
    return np.linalg.norm(model.encoder.embed.dout, axis=0).mean(axis=-1)
