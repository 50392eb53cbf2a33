"""keeps all: a forward of the model and the weights that it leaves"""

def attention_map(model, xs, ts):
    model.forward(xs, ts)
    return model.decoder.attention.attention_weights
