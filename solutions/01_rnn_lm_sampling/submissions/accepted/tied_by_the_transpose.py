"""keeps all: a BetterRnnlm whose output layer holds W.T and hands its gradient over"""

class BetterRnnlm:
    def __init__(self, vocab_size, wordvec_size, hidden_size, dropout_ratio=0.5, rng=None):
        if wordvec_size != hidden_size:
            raise ValueError(f"wordvec_size {wordvec_size} is not hidden_size {hidden_size}")
        V, H = vocab_size, hidden_size
        rng = rng or np.random.default_rng()
        W = (rng.normal(size=(V, H)) / 100).astype("float32")
        self.embed = TimeEmbedding(W)
        self.lstms = []
        for _ in range(2):
            Wx = (rng.normal(size=(H, 4 * H)) / np.sqrt(H)).astype("float32")
            Wh = (rng.normal(size=(H, 4 * H)) / np.sqrt(H)).astype("float32")
            self.lstms.append(TimeLSTM(Wx, Wh, np.zeros(4 * H, "float32"), stateful=True))
        self.affine = TimeAffine(W.T, np.zeros(V, "float32"))
        self.drops = [TimeDropout(dropout_ratio, rng) for _ in range(3)]
        self.loss_layer = TimeSoftmaxWithLoss()
        self.train_flag = True
        lstm1, lstm2 = self.lstms
        self.params = [W] + lstm1.params + lstm2.params + [self.affine.params[1]]
        self.grads = self.embed.grads + lstm1.grads + lstm2.grads + [self.affine.grads[1]]

    def scores(self, xs, train):
        for drop in self.drops:
            drop.train_flag = train
        xs = self.drops[0].forward(self.embed.forward(xs))
        xs = self.drops[1].forward(self.lstms[0].forward(xs))
        xs = self.drops[2].forward(self.lstms[1].forward(xs))
        return self.affine.forward(xs)

    def predict(self, xs):
        return self.scores(xs, False)

    def forward(self, xs, ts):
        return self.loss_layer.forward(self.scores(xs, self.train_flag), ts)

    def backward(self, dout=1):
        d = self.affine.backward(self.loss_layer.backward(dout))
        d = self.lstms[1].backward(self.drops[2].backward(d))
        d = self.lstms[0].backward(self.drops[1].backward(d))
        self.embed.backward(self.drops[0].backward(d))
        self.grads[0] += self.affine.grads[0].T

    def reset_state(self):
        for lstm in self.lstms:
            lstm.reset_state()
