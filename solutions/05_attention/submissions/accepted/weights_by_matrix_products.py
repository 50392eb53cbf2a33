"""keeps all: scores and gradients by products of matrices with a new axis"""

class AttentionWeight:

    def __init__(self):
        self.params, self.grads = ([], [])
        self.cache = None

    def forward(self, hs, h, mask=None):
        scores = (hs @ h[:, :, None])[:, :, 0]
        if mask is not None:
            if not mask.any(axis=1).all():
                raise ValueError(f'mask must have a True in every row, row {np.argmin(mask.any(axis=1))} has none')
            scores = np.where(mask, scores, -np.inf).astype(scores.dtype)
        a = softmax(scores)
        self.cache = (hs, h, a)
        return a

    def backward(self, da):
        hs, h, a = self.cache
        dscores = a * (da - (a * da).sum(axis=1, keepdims=True))
        return (dscores[:, :, None] * h[:, None, :], (dscores[:, None, :] @ hs)[:, 0])
