"""keeps all: generate by rng.choice, controls handed on as they come"""

class RnnlmGen(Rnnlm):
    def generate(self, start_id, skip_ids=None, sample_size=100, rng=None, **controls):
        if rng is None:
            rng = np.random.default_rng()
        word = int(start_id)
        words = [word]
        for _ in range(sample_size - 1):
            scores = self.predict(np.array([[word]]))[0, 0]
            p = next_word_probabilities(scores.astype(np.float64), skip_ids=skip_ids, **controls)
            word = int(rng.choice(len(p), p=p))
            words.append(word)
        return words
