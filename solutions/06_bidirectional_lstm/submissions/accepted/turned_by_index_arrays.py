"""keeps all: each row is turned by an index array, padding is zeroed at the end"""

class TimeBiLSTM:

    def __init__(self, Wx1, Wh1, b1, Wx2, Wh2, b2, stateful=False):
        self.left_to_right, self.right_to_left = (TimeLSTM(Wx1, Wh1, b1, stateful), TimeLSTM(Wx2, Wh2, b2, stateful))
        self.params = self.left_to_right.params + self.right_to_left.params
        self.grads = self.left_to_right.grads + self.right_to_left.grads

    def forward(self, xs, lengths=None):
        N, T, _ = xs.shape
        real = np.ones((N, T), dtype=bool)
        if lengths is not None:
            lengths = np.asarray(lengths)
            if lengths.shape != (N,) or lengths.dtype.kind not in 'iu' or lengths.min() < 1 or (lengths.max() > T):
                raise ValueError(f'lengths must be {N} ints from 1 to {T}, got {lengths.tolist()}')
            real = np.arange(T) < lengths[:, None]
        steps, counts = (np.arange(T), real.sum(axis=1, keepdims=True))
        self.real = real[:, :, None]
        self.turned = np.where(real, counts - 1 - steps, steps)[:, :, None]
        ahead = self.left_to_right.forward(xs)
        back = self.right_to_left.forward(np.take_along_axis(xs, self.turned, axis=1))
        back = np.take_along_axis(back, self.turned, axis=1)
        return np.concatenate([ahead, back], axis=2) * self.real

    def backward(self, dhs):
        dhs = dhs * self.real
        dahead, dback = np.split(dhs, 2, axis=2)
        dxs = self.left_to_right.backward(dahead)
        dback = self.right_to_left.backward(np.take_along_axis(dback, self.turned, axis=1))
        return dxs + np.take_along_axis(dback, self.turned, axis=1)
