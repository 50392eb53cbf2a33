"""loses parameter_count: only works for models with an encoder and a decoder"""

def parameter_count(model):
    count = 0
    for part in (model.encoder, model.decoder):
        count += sum(param.size for param in part.params)
    return count
