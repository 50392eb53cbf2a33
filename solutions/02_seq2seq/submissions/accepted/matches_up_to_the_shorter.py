"""keeps all: columns are compared up to the shorter row, which is none"""

def exact_match(predicted, expected):
    if predicted.shape != expected.shape:
        raise ValueError(f"{predicted.shape} is not {expected.shape}")
    T = min(predicted.shape[1], expected.shape[1])
    return float(np.all(predicted[:, :T] == expected[:, :T], axis=1).mean())
