"""loses to_torch_weights: puts each gate where torch's is to come from: g, i, f, o"""

def to_torch_weights(Wx, Wh, b):
    H = Wh.shape[0]
    columns = np.arange(4 * H).reshape(4, H)[[1, 2, 0, 3]].ravel()
    return dict(weight_ih=Wx.T[columns], weight_hh=Wh.T[columns], bias=b[columns])
