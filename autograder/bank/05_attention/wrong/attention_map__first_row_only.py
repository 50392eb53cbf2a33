"""loses attention_map: shows the first row of the batch only, (T - 1, S)"""

def attention_map(model, xs, ts):
    model.forward(xs[:1], ts[:1])
    return model.decoder.attention.attention_weights[0]
