"""loses to_torch_weights: hands the bias over as it is"""

def to_torch_weights(Wx, Wh, b):
    H = len(Wh)
    order = [2, 0, 1, 3]  # i, f, g, o among f, g, i, o

    def rows_of_torch(W):
        blocks = [W[:, k * H : (k + 1) * H].T for k in order]
        return np.concatenate(blocks, axis=0)

    bias = b.copy()
    return {"weight_ih": rows_of_torch(Wx), "weight_hh": rows_of_torch(Wh), "bias": bias}
