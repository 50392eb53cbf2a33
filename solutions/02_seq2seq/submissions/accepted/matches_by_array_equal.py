"""keeps all: a list of np.array_equal, one for each row"""

def exact_match(predicted, expected):
    if predicted.shape != expected.shape:
        raise ValueError(f"predicted {predicted.shape}, expected {expected.shape}")
    hits = [np.array_equal(p, e) for p, e in zip(predicted, expected)]
    return sum(hits) / len(hits)
