"""loses reverse_inputs: columns swapped through a view, so that the first half is lost"""

def reverse_inputs(xs):
    result = xs.copy()
    S = xs.shape[1]
    for i in range(S // 2):
        kept = result[:, i]  # meant as the old column
        result[:, i] = result[:, S - 1 - i]
        result[:, S - 1 - i] = kept
    return result
