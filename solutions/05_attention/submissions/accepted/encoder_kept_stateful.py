"""keeps all: an AttentionEncoder whose LSTM is stateful and reset before each source"""

class AttentionEncoder(Encoder):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.lstm.stateful = True

    def forward(self, xs):
        self.lstm.reset_state()
        return self.lstm.forward(self.embed.forward(xs))

    def backward(self, dhs):
        self.embed.backward(self.lstm.backward(dhs))
