"""loses to_torch_weights: names the entries as torch does, with _l0"""

def to_torch_weights(Wx, Wh, b):
    H = Wh.shape[0]
    columns = np.arange(4 * H).reshape(4, H)[[2, 0, 1, 3]].ravel()
    return dict(weight_ih_l0=Wx.T[columns], weight_hh_l0=Wh.T[columns], bias_ih_l0=b[columns])
