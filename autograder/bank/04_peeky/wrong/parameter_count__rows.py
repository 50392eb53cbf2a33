"""loses parameter_count: len of an array is the number of its rows"""

def parameter_count(model):
    count = 0
    for param in model.params:
        count += len(param)
    return count
