"""loses attention_map: ts is shifted in place"""

def attention_map(model, xs, ts):
    hs = model.encoder.forward(xs)
    model.decoder.forward(ts[:, :-1], hs)
    weights = model.decoder.attention.attention_weights
    ts[:, :-1] = ts[:, 1:].copy()
    return weights
