"""loses attention_map: the decoder reads the start id and all of the answer: T steps"""

def attention_map(model, xs, ts):
    enc_hs = model.encoder.forward(xs)
    model.decoder.forward(ts, enc_hs)
    return model.decoder.attention.attention_weights
