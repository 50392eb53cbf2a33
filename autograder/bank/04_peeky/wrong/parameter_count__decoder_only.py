"""loses parameter_count: the encoder is forgotten"""

def parameter_count(model):
    return sum(param.size for param in getattr(model, "decoder", model).params)
