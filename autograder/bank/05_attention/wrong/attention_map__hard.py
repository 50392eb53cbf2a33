"""loses attention_map: shows a 1 at the largest weight and 0 elsewhere"""

def attention_map(model, xs, ts):
    model.forward(xs, ts)
    weights = model.decoder.attention.attention_weights
    hard = np.zeros_like(weights)
    np.put_along_axis(hard, weights.argmax(axis=2)[:, :, None], 1, axis=2)
    return hard
