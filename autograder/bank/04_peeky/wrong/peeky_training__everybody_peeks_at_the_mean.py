"""loses peeky_training: every row peeks at the mean of the batch
also loses: repeat_over_time
"""

def repeat_over_time(h, T):
    mean = h.mean(axis=0, dtype=h.dtype)
    return np.broadcast_to(mean, (len(h), T, len(mean))).copy()
