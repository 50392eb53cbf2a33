"""keeps all: an AttentionEncoder that copies the states of Encoder.forward"""

class AttentionEncoder(Encoder):
    def forward(self, xs):
        super().forward(xs)
        return self.hs.copy()

    def backward(self, dhs):
        dvectors = self.lstm.backward(dhs)
        self.embed.backward(dvectors)
