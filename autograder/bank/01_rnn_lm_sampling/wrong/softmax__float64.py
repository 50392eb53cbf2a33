"""loses softmax: float64 whatever comes in"""

def softmax(scores):
    scores = np.array(scores, dtype=np.float64)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
