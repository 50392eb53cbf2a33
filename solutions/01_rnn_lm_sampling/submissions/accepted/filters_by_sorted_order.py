"""keeps all: top_k and top_p by sorted order, the rest made to sum to 1 after each"""

def next_word_probabilities(scores, temperature=1.0, top_k=None, top_p=None, skip_ids=None):
    if temperature <= 0:
        raise ValueError(f"temperature must be above 0, not {temperature}")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k must be 1 or more, not {top_k}")
    if top_p is not None and (top_p <= 0 or top_p > 1):
        raise ValueError(f"top_p must be above 0 and at most 1, not {top_p}")
    p = softmax(scores / temperature)
    if skip_ids is not None:
        p[np.array(skip_ids, dtype=int)] = 0
        if p.sum() == 0:
            raise ValueError(f"skip_ids={skip_ids} leaves nothing")
        p = p / p.sum()
    if top_k is not None:
        order = np.argsort(-p, kind="stable")
        p[order[top_k:]] = 0
        p = p / p.sum()
    if top_p is not None:
        order = np.argsort(-p, kind="stable")
        before = np.cumsum(p[order]) - p[order]  # mass of the words ahead of each
        p[order[before >= top_p - 1e-9]] = 0
        p = p / p.sum()
    return p
