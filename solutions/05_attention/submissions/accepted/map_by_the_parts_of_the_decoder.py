"""keeps all: the map from the decoder's own layers, without its scores"""

def attention_map(model, xs, ts):
    enc_hs = model.encoder.forward(xs)
    lstm, embed, attention = model.decoder.lstm, model.decoder.embed, model.decoder.attention
    lstm.set_state(enc_hs[:, -1])
    attention.forward(enc_hs, lstm.forward(embed.forward(ts[:, :-1])))
    return attention.attention_weights
