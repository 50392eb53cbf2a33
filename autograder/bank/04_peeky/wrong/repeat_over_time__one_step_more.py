"""loses repeat_over_time: T + 1 steps, the step of h itself and T repetitions"""

def repeat_over_time(h, T):
    steps = [h]
    for _ in range(T):
        steps.append(h)
    return np.stack(steps, axis=1)
