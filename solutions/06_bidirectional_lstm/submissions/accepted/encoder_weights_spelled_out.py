"""keeps all: a BiEncoder that spells out each weight"""

class BiEncoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if hidden_size % 2 != 0:
            raise ValueError(f"hidden_size must be even, got {hidden_size}")
        if rng is None:
            rng = np.random.default_rng()
        V, D, half = vocab_size, wordvec_size, hidden_size // 2
        embed_W = (rng.standard_normal((V, D)) / 100).astype("f")
        Wx1 = (rng.standard_normal((D, 4 * half)) / np.sqrt(D)).astype("f")
        Wh1 = (rng.standard_normal((half, 4 * half)) / np.sqrt(half)).astype("f")
        b1 = np.zeros(4 * half).astype("f")
        Wx2 = (rng.standard_normal((D, 4 * half)) / np.sqrt(D)).astype("f")
        Wh2 = (rng.standard_normal((half, 4 * half)) / np.sqrt(half)).astype("f")
        b2 = np.zeros(4 * half).astype("f")
        self.embed = TimeEmbedding(embed_W)
        self.bilstm = TimeBiLSTM(Wx1, Wh1, b1, Wx2, Wh2, b2)
        self.params = self.embed.params + self.bilstm.params
        self.grads = self.embed.grads + self.bilstm.grads

    def forward(self, xs):
        vectors = self.embed.forward(xs)
        return self.bilstm.forward(vectors)

    def backward(self, dhs):
        dvectors = self.bilstm.backward(dhs)
        self.embed.backward(dvectors)
