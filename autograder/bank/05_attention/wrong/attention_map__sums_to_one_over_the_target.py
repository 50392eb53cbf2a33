"""loses attention_map: each source step's weights are made to sum to 1 over the target"""

def attention_map(model, xs, ts):
    model.forward(xs, ts)
    weights = np.array(model.decoder.attention.attention_weights)
    weights /= weights.sum(axis=1, keepdims=True)
    return weights
