"""loses attention_map: the target is generated first and read then"""

def attention_map(model, xs, ts):
    answer = model.generate(xs, int(ts[0, 0]), ts.shape[1] - 1)
    read = np.concatenate([ts[:, :1], answer], axis=1)
    model.forward(xs, read)
    return model.decoder.attention.attention_weights
