"""loses peeky_training: repeated by np.resize, so that rows peek at each other
also loses: repeat_over_time
"""

def repeat_over_time(h, T):
    return np.resize(h, (len(h), T, h.shape[1]))
