"""loses to_torch_weights: orders the gates i, f, o, g"""

def to_torch_weights(Wx, Wh, b):
    Wx_f, Wx_g, Wx_i, Wx_o = np.split(Wx, 4, axis=1)
    Wh_f, Wh_g, Wh_i, Wh_o = np.split(Wh, 4, axis=1)
    b_f, b_g, b_i, b_o = np.split(b, 4)
    weights = {}
    weights["weight_ih"] = np.vstack([Wx_i.T, Wx_f.T, Wx_o.T, Wx_g.T])
    weights["weight_hh"] = np.vstack([Wh_i.T, Wh_f.T, Wh_o.T, Wh_g.T])
    weights["bias"] = np.hstack([b_i, b_f, b_o, b_g])
    return weights
