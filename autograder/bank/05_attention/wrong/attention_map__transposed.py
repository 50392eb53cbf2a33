"""loses attention_map: the map has shape (N, S, T - 1)"""

def attention_map(model, xs, ts):
    model.forward(xs, ts)
    weights = model.decoder.attention.attention_weights
    return np.transpose(weights, (0, 2, 1))
