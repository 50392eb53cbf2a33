"""loses attention_map: every step shows the last step's weights"""

def attention_map(model, xs, ts):
    model.forward(xs, ts)
    weights = model.decoder.attention.attention_weights
    last = weights[:, -1:]
    return np.repeat(last, ts.shape[1] - 1, axis=1)
