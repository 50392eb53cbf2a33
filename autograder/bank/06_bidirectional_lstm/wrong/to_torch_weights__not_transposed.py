"""loses to_torch_weights: leaves the matrices untransposed"""

def to_torch_weights(Wx, Wh, b):
    H = Wh.shape[0]
    columns = np.arange(4 * H).reshape(4, H)[[2, 0, 1, 3]].ravel()
    return dict(weight_ih=Wx[:, columns], weight_hh=Wh[:, columns], bias=b[columns])
