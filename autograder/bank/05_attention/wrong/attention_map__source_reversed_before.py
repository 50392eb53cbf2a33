"""loses attention_map: the source is reversed first"""

def attention_map(model, xs, ts):
    model.forward(reverse_inputs(xs), ts)
    return model.decoder.attention.attention_weights
