"""keeps all: a TimeAttention of all target steps at once, by np.einsum"""

class TimeAttention:
    """all steps at once"""

    def __init__(self):
        self.params, self.grads = [], []
        self.attention_weights = None
        self.saved = None

    def forward(self, hs_enc, hs_dec, mask=None):
        scores = np.einsum("nth,nsh->nts", hs_dec, hs_enc)
        if mask is not None:
            real = np.any(mask, axis=1)
            if not np.all(real):
                raise ValueError(f"mask must have a True in every row, got {mask.tolist()}")
            padding = np.broadcast_to(~mask[:, None, :], scores.shape)
            scores[padding] = -np.inf
        a = softmax(scores)
        self.saved = hs_enc, hs_dec, a
        self.attention_weights = a
        return np.einsum("nts,nsh->nth", a, hs_enc)

    def backward(self, dcs):
        hs_enc, hs_dec, a = self.saved
        da = np.einsum("nth,nsh->nts", dcs, hs_enc)
        ds = a * (da - np.sum(a * da, axis=-1, keepdims=True))
        dhs_enc = np.einsum("nts,nth->nsh", a, dcs) + np.einsum("nts,nth->nsh", ds, hs_dec)
        dhs_dec = np.einsum("nts,nsh->nth", ds, hs_enc)
        return dhs_enc, dhs_dec
