"""keeps all: the map row by row, each from a longer prefix of the target"""

def attention_map(model, xs, ts):
    hs = model.encoder.forward(xs)
    maps = []
    for t in range(ts.shape[1] - 1):
        model.decoder.forward(ts[:, : t + 1], hs)
        maps.append(model.decoder.attention.attention_weights[:, -1])
    return np.stack(maps, axis=1)
