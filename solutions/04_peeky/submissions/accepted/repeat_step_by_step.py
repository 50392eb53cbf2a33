"""keeps all: h is written into one step after the other"""

def repeat_over_time(h, T):
    repeated = np.zeros((h.shape[0], T, h.shape[1]), h.dtype)
    for t in range(T):
        repeated[:, t, :] = h
    return repeated
