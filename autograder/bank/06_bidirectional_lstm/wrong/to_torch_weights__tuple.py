"""loses to_torch_weights: gives a tuple of three"""

def to_torch_weights(Wx, Wh, b):
    H = len(Wh)
    order = [2, 0, 1, 3]  # i, f, g, o among f, g, i, o

    def rows_of_torch(W):
        blocks = [W[:, k * H : (k + 1) * H].T for k in order]
        return np.concatenate(blocks, axis=0)

    bias = np.concatenate([b[k * H : (k + 1) * H] for k in order])
    return rows_of_torch(Wx), rows_of_torch(Wh), bias
