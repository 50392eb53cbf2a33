"""keeps all: pairs of columns are swapped"""

def reverse_inputs(xs):
    result = xs.copy()
    S = xs.shape[1]
    for i in range(S // 2):
        kept = result[:, i].copy()
        result[:, i] = result[:, S - 1 - i]
        result[:, S - 1 - i] = kept
    return result
