"""loses attention_map: each step is read alone, as if it were the first"""

def attention_map(model, xs, ts):
    hs = model.encoder.forward(xs)
    maps = []
    for t in range(ts.shape[1] - 1):
        model.decoder.forward(ts[:, t : t + 1], hs)
        maps.append(model.decoder.attention.attention_weights[:, 0])
    return np.stack(maps, axis=1)
