"""keeps all: the decoder is fed longer and longer beginnings of the target"""

def attention_map(model, xs, ts):
    hs = model.encoder.forward(xs)
    T = ts.shape[1]
    text = ts[:, :1]
    for _ in range(T - 1):
        text = ts[:, : text.shape[1] + 1]
    model.decoder.forward(text[:, :-1], hs)
    return model.decoder.attention.attention_weights
