"""keeps all: own log-softmax in float64, words sorted once, draws by rng.random and searchsorted"""

import math


def log_softmax(scores):
    scores = np.asarray(scores, dtype=np.float64)
    top = scores.max()
    return scores - top - math.log(np.exp(scores - top).sum())


def next_word_probabilities(scores, temperature=1.0, top_k=None, top_p=None, skip_ids=None):
    if not (temperature > 0):
        raise ValueError(f"temperature={temperature}")
    if top_k is not None and not (top_k >= 1):
        raise ValueError(f"top_k={top_k}")
    if top_p is not None and not (0 < top_p <= 1):
        raise ValueError(f"top_p={top_p}")
    skipped = set() if skip_ids is None else {int(k) for k in skip_ids}
    logs = log_softmax(np.asarray(scores, dtype=np.float64) / temperature)
    # (log probability, id) of what may come, the likeliest first; sorted() keeps equal ones in order
    left = [(logs[k], k) for k in range(len(logs)) if k not in skipped and logs[k] > -math.inf]
    if not left:
        raise ValueError(f"skip_ids={skip_ids} leaves no word")
    left = sorted(left, key=lambda pair: -pair[0])[:top_k]
    best = left[0][0]
    masses = [math.exp(log - best) for log, _ in left]
    if top_p is not None and top_p < 1:
        wanted, reached, kept = top_p * math.fsum(masses), 0.0, 0
        while reached < wanted * (1 - 1e-10):
            reached += masses[kept]
            kept += 1
        left, masses = left[:kept], masses[:kept]
    p = np.zeros(len(logs))
    p[[k for _, k in left]] = masses
    return (p / p.sum()).astype(np.asarray(scores).dtype)


class RnnlmGen(Rnnlm):
    """Draws like a roulette wheel."""

    def generate(self, start_id, skip_ids=None, sample_size=100, rng=None, **controls):
        rng = rng if rng is not None else np.random.default_rng()
        text = np.empty(sample_size, dtype=int)
        text[0] = start_id
        for place in range(1, sample_size):
            scores = self.predict(text[None, place - 1 : place])
            wheel = np.cumsum(next_word_probabilities(scores.ravel(), skip_ids=skip_ids, **controls), dtype=np.float64)
            text[place] = np.searchsorted(wheel, rng.random() * wheel[-1], side="right")
        return text.tolist()
