"""keeps all: an AdditiveScore whose gradients are products by np.einsum"""

class AdditiveScore:

    def __init__(self, W_enc, W_dec, v):
        self.params = [W_enc, W_dec, v]
        self.grads = [np.zeros_like(W_enc), np.zeros_like(W_dec), np.zeros_like(v)]
        self.cache = None

    def forward(self, hs, h):
        W_enc, W_dec, v = self.params
        hidden = np.tanh(hs @ W_enc + (h @ W_dec)[:, None, :])
        self.cache = (hs, h, hidden)
        return hidden @ v

    def backward(self, dscores):
        W_enc, W_dec, v = self.params
        dW_enc, dW_dec, dv = self.grads
        hs, h, hidden = self.cache
        dv[...] = np.einsum('ns,nsa->a', dscores, hidden)
        dsum = dscores[:, :, None] * v * (1 - hidden ** 2)
        dW_enc[...] = np.einsum('nsh,nsa->ha', hs, dsum)
        dW_dec[...] = h.T @ dsum.sum(axis=1)
        return (dsum @ W_enc.T, dsum.sum(axis=1) @ W_dec.T)
