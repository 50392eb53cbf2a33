"""loses repeat_over_time: np.zeros without a dtype: always float64"""

def repeat_over_time(h, T):
    repeated = np.zeros((h.shape[0], T, h.shape[1]))
    for t in range(T):
        repeated[:, t, :] = h
    return repeated
