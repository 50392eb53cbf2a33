"""loses exact_match: more rows in one of the two are not noticed"""

def exact_match(predicted, expected):
    if predicted.shape[1] != expected.shape[1]:
        raise ValueError(f"predicted {predicted.shape}, expected {expected.shape}")
    hits = [np.array_equal(p, e) for p, e in zip(predicted, expected)]
    return sum(hits) / len(hits)
