"""loses repeat_over_time: time comes last: (N, H, T)"""

def repeat_over_time(h, T):
    return np.repeat(h[:, :, np.newaxis], T, axis=2)
