"""loses attention_map: every row shows the mean over the batch"""

def attention_map(model, xs, ts):
    model.forward(xs, ts)
    weights = model.decoder.attention.attention_weights
    mean = weights.mean(axis=0, keepdims=True)
    return np.repeat(mean, len(xs), axis=0)
