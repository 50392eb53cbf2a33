"""loses attention_encoder: grads are added to those of the call before"""

class AttentionEncoder(Encoder):
    def forward(self, xs):
        xs = self.embed.forward(xs)
        hs = self.lstm.forward(xs)
        return hs

    def backward(self, dhs):
        before = [grad.copy() for grad in self.grads]
        dout = self.lstm.backward(dhs)
        self.embed.backward(dout)
        for grad, old in zip(self.grads, before):
            grad += old
