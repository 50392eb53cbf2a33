"""loses repeat_over_time: the first row's vector for the whole batch"""

def repeat_over_time(h, T):
    return np.ones((len(h), T, 1), dtype=h.dtype) * h[0]
