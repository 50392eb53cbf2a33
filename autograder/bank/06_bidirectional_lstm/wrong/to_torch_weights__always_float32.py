"""loses to_torch_weights: gives float32 whatever the weights are"""

def to_torch_weights(Wx, Wh, b):
    H = Wh.shape[0]
    columns = np.arange(4 * H).reshape(4, H)[[2, 0, 1, 3]].ravel()
    weights = dict(weight_ih=Wx.T[columns], weight_hh=Wh.T[columns], bias=b[columns])
    return {name: array.astype(np.float32) for name, array in weights.items()}
