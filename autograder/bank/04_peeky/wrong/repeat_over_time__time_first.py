"""loses repeat_over_time: time comes before the batch: (T, N, H)"""

def repeat_over_time(h, T):
    return np.stack([h] * T)
