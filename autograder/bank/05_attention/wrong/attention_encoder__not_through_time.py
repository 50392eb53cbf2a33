"""loses attention_encoder: each step's gradient stays at its step"""

class AttentionEncoder(Encoder):
    def forward(self, xs):
        return self.lstm.forward(self.embed.forward(xs))

    def backward(self, dhs):
        total, dvectors = None, 0
        for t in range(dhs.shape[1]):
            alone = np.zeros_like(dhs)
            alone[:, t] = dhs[:, t]
            back = self.lstm.backward(alone)
            back[:, :t] = 0
            dvectors = dvectors + back
            sums = [grad.copy() for grad in self.lstm.grads]
            total = sums if total is None else [a + b for a, b in zip(total, sums)]
        for grad, value in zip(self.lstm.grads, total):
            grad[...] = value
        self.embed.backward(dvectors)
