"""loses repeat_over_time: the loop begins at 1, so the last step stays zero"""

def repeat_over_time(h, T):
    out = np.zeros((len(h), T, h.shape[1]), h.dtype)
    for t in range(1, T):
        out[:, t - 1] = h
    return out
