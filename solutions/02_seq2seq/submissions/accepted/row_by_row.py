"""keeps all: loops over rows and characters, and texts read again from the start at every step"""

def encode_texts(texts, char_to_id, width):
    """each character is looked for, so that nothing can go wrong unseen"""
    array = np.zeros([len(texts), width], dtype=int)
    for n in range(len(texts)):
        text = texts[n]
        if len(text) > width:
            raise ValueError("the text '%s' is too long (%d > %d)" % (text, len(text), width))
        for t in range(width):
            char = text[t] if t < len(text) else " "
            if char not in char_to_id.keys():
                raise ValueError("the character '%s' is not known" % char)
            array[n][t] = char_to_id[char]
    return array


class Decoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        V, D, H = vocab_size, wordvec_size, hidden_size
        if rng is None:
            rng = np.random.default_rng()
        embed_W = (rng.standard_normal((V, D)) / 100).astype(np.float32)
        lstm_Wx = (rng.standard_normal((D, 4 * H)) / np.sqrt(D)).astype(np.float32)
        lstm_Wh = (rng.standard_normal((H, 4 * H)) / np.sqrt(H)).astype(np.float32)
        lstm_b = np.zeros(4 * H, dtype=np.float32)
        affine_W = (rng.standard_normal((H, V)) / np.sqrt(H)).astype(np.float32)
        affine_b = np.zeros(V, dtype=np.float32)
        self.embed = TimeEmbedding(embed_W)
        self.lstm = TimeLSTM(lstm_Wx, lstm_Wh, lstm_b, stateful=True)
        self.affine = TimeAffine(affine_W, affine_b)
        self.params = self.embed.params + self.lstm.params + self.affine.params
        self.grads = self.embed.grads + self.lstm.grads + self.affine.grads

    def forward(self, xs, h):
        self.lstm.set_state(h)
        vectors = self.embed.forward(xs)
        hs = self.lstm.forward(vectors)
        return self.affine.forward(hs)

    def backward(self, dscores):
        dhs = self.affine.backward(dscores)
        dvectors = self.lstm.backward(dhs)
        self.embed.backward(dvectors)
        return self.lstm.dh

    def generate(self, h, start_id, sample_size):
        rows = []
        for n in range(len(h)):
            row = [start_id]
            for t in range(sample_size):
                scores = self.forward(np.array([row]), h[n : n + 1])[0, t]
                best = 0
                for k in range(len(scores)):
                    if scores[k] > scores[best]:
                        best = k
                row.append(best)
            rows.append(row[1:])
        return np.array(rows)


class Seq2seq:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if rng is None:
            rng = np.random.default_rng()
        self.encoder = Encoder(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = Decoder(vocab_size, wordvec_size, hidden_size, rng)
        self.loss = TimeSoftmaxWithLoss()
        self.params = self.encoder.params + self.decoder.params
        self.grads = self.encoder.grads + self.decoder.grads

    def forward(self, xs, ts):
        inputs, labels = ts[:, :-1], ts[:, 1:]
        h = self.encoder.forward(xs)
        scores = self.decoder.forward(inputs, h)
        return self.loss.forward(scores, labels)

    def backward(self, dout=1):
        dscores = self.loss.backward(dout)
        dh = self.decoder.backward(dscores)
        self.encoder.backward(dh)

    def generate(self, xs, start_id, sample_size):
        answers = []
        for n in range(len(xs)):
            h = self.encoder.forward(xs[n : n + 1])
            answers.append(self.decoder.generate(h, start_id, sample_size)[0])
        return np.array(answers)


def exact_match(predicted, expected):
    if predicted.shape != expected.shape:
        raise ValueError("shapes " + str(predicted.shape) + " and " + str(expected.shape) + " differ")
    right = 0
    for n in range(len(predicted)):
        wrong_here = False
        for t in range(len(predicted[n])):
            if predicted[n][t] != expected[n][t]:
                wrong_here = True
        if not wrong_here:
            right = right + 1
    return right / len(predicted)
