"""keeps all: an Rnnlm that calls its layers one by one, by name"""

class Rnnlm:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        V, D, H = vocab_size, wordvec_size, hidden_size
        if rng is None:
            rng = np.random.default_rng()
        embed_W = (rng.standard_normal((V, D)) / 100).astype(np.float32)
        lstm_Wx = (rng.standard_normal((D, 4 * H)) / np.sqrt(D)).astype(np.float32)
        lstm_Wh = (rng.standard_normal((H, 4 * H)) / np.sqrt(H)).astype(np.float32)
        lstm_b = np.zeros(4 * H, dtype=np.float32)
        out_W = (rng.standard_normal((H, V)) / np.sqrt(H)).astype(np.float32)
        out_b = np.zeros(V, dtype=np.float32)
        self.embed = TimeEmbedding(embed_W)
        self.lstm = TimeLSTM(lstm_Wx, lstm_Wh, lstm_b, stateful=True)
        self.affine = TimeAffine(out_W, out_b)
        self.loss = TimeSoftmaxWithLoss()
        self.params, self.grads = [], []
        for layer in (self.embed, self.lstm, self.affine):
            self.params += layer.params
            self.grads += layer.grads

    def predict(self, xs):
        vectors = self.embed.forward(xs)
        hs = self.lstm.forward(vectors)
        return self.affine.forward(hs)

    def forward(self, xs, ts):
        scores = self.predict(xs)
        return self.loss.forward(scores, ts)

    def backward(self, dout=1):
        dscores = self.loss.backward(dout)
        dhs = self.affine.backward(dscores)
        dvectors = self.lstm.backward(dhs)
        self.embed.backward(dvectors)

    def reset_state(self):
        self.lstm.reset_state()
