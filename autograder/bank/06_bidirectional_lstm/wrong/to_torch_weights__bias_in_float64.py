"""loses to_torch_weights: collects the bias in an array of float64"""

def to_torch_weights(Wx, Wh, b):
    H = len(Wh)
    order = [2, 0, 1, 3]  # i, f, g, o among f, g, i, o

    def rows_of_torch(W):
        blocks = [W[:, k * H : (k + 1) * H].T for k in order]
        return np.concatenate(blocks, axis=0)

    bias = np.zeros(4 * H)
    for place, k in enumerate(order):
        bias[place * H : (place + 1) * H] = b[k * H : (k + 1) * H]
    return {"weight_ih": rows_of_torch(Wx), "weight_hh": rows_of_torch(Wh), "bias": bias}
