"""loses attention_map: the decoder reads the target from a zero state"""

def attention_map(model, xs, ts):
    enc_hs = model.encoder.forward(xs)
    lstm, embed, attention = model.decoder.lstm, model.decoder.embed, model.decoder.attention
    lstm.set_state(np.zeros_like(enc_hs[:, -1]))
    attention.forward(enc_hs, lstm.forward(embed.forward(ts[:, :-1])))
    return attention.attention_weights
