"""loses to_torch_weights: reshapes the reordered matrices to (4H, D) and (4H, H)"""

def to_torch_weights(Wx, Wh, b):
    H = Wh.shape[0]
    columns = np.arange(4 * H).reshape(4, H)[[2, 0, 1, 3]].ravel()
    weight_ih, weight_hh = (W[:, columns].reshape(4 * H, -1) for W in (Wx, Wh))
    return dict(weight_ih=weight_ih, weight_hh=weight_hh, bias=b[columns])
