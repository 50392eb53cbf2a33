"""loses to_torch_weights: halves the bias, as if torch's second were the same"""

def to_torch_weights(Wx, Wh, b):
    Wx_f, Wx_g, Wx_i, Wx_o = np.split(Wx, 4, axis=1)
    Wh_f, Wh_g, Wh_i, Wh_o = np.split(Wh, 4, axis=1)
    b_f, b_g, b_i, b_o = np.split(b, 4)
    weights = {}
    weights["weight_ih"] = np.vstack([Wx_i.T, Wx_f.T, Wx_g.T, Wx_o.T])
    weights["weight_hh"] = np.vstack([Wh_i.T, Wh_f.T, Wh_g.T, Wh_o.T])
    weights["bias"] = np.hstack([b_i, b_f, b_g, b_o]) / 2
    return weights
