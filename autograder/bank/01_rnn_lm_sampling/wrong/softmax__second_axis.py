"""loses softmax: axis 1 instead of the last one, right for matrices only"""

def softmax(scores):
    axis = 1 if scores.ndim > 1 else 0
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)
