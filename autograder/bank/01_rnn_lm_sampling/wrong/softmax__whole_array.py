"""loses softmax: all rows together sum to 1"""

def softmax(scores):
    exps = np.exp(scores - scores.max())
    return exps / exps.sum()
