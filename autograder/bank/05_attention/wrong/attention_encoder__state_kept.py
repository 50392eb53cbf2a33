"""loses attention_encoder: the LSTM goes on from where the last source ended"""

class AttentionEncoder(Encoder):
    def forward(self, xs):
        self.lstm.stateful = True
        if self.lstm.h is not None and len(self.lstm.h) != len(xs):
            self.lstm.reset_state()
        xs = self.embed.forward(xs)
        hs = self.lstm.forward(xs)
        return hs

    def backward(self, dhs):
        dout = self.lstm.backward(dhs)
        dout = self.embed.backward(dout)
        return dout
