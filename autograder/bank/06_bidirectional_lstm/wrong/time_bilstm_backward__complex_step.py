"""loses time_bilstm_backward: each number moved by an imaginary hair, no chain rule"""

def _slopes(loss, arrays):
    """Moves every number by an imaginary hair."""
    slopes = []
    for k, array in enumerate(arrays):
        slope = np.zeros(array.shape)
        for place in np.ndindex(array.shape):
            moved = [a.astype(complex) for a in arrays]
            moved[k][place] += 1e-30j
            slope[place] = loss(*moved).imag / 1e-30
        slopes.append(slope.astype(array.dtype))
    return slopes


class TimeBiLSTM:

    def __init__(self, Wx1, Wh1, b1, Wx2, Wh2, b2, stateful=False):
        self.left_to_right, self.right_to_left = (TimeLSTM(Wx1, Wh1, b1, stateful), TimeLSTM(Wx2, Wh2, b2, stateful))
        self.params = self.left_to_right.params + self.right_to_left.params
        self.grads = self.left_to_right.grads + self.right_to_left.grads

    def forward(self, xs, lengths=None):
        self.xs = xs.copy()
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

        def loss(*arrays):
            xs = arrays[6]
            back = TimeLSTM(*arrays[3:6]).forward(np.take_along_axis(xs, self.turned, axis=1))
            both = [TimeLSTM(*arrays[:3]).forward(xs), np.take_along_axis(back, self.turned, axis=1)]
            return np.sum(np.concatenate(both, axis=2) * self.real * dhs)
        *slopes, dxs = _slopes(loss, [*self.params, self.xs])
        for mine, slope in zip(self.grads, slopes):
            mine[...] = slope
        return dxs.astype(dhs.dtype)
