"""loses to_torch_weights: takes the four gates of a unit to stand side by side"""

def to_torch_weights(Wx, Wh, b):
    H = Wh.shape[0]
    columns = np.arange(4 * H).reshape(H, 4)[:, [2, 0, 1, 3]].ravel()
    return dict(weight_ih=Wx.T[columns], weight_hh=Wh.T[columns], bias=b[columns])
