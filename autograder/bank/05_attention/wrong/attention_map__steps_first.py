"""loses attention_map: the map has shape (T - 1, N, S)"""

def attention_map(model, xs, ts):
    _ = model.forward(xs, ts)
    return np.array([step for step in model.decoder.attention.attention_weights.swapaxes(0, 1)])
