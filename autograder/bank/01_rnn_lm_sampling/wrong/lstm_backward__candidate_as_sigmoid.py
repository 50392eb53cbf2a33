"""loses lstm_backward: the sigmoid's derivative for the candidate"""

class LSTM:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(param) for param in self.params]

    def forward(self, x, h_prev, c_prev):
        Wx, Wh, b = self.params
        blocks = np.split(x.dot(Wx) + h_prev.dot(Wh) + b, 4, axis=1)
        self.f = sigmoid(blocks[0])
        self.g = np.tanh(blocks[1])
        self.i = sigmoid(blocks[2])
        self.o = sigmoid(blocks[3])
        self.x, self.h_prev, self.c_prev = x, h_prev, c_prev
        self.c = self.f * c_prev + self.g * self.i
        return self.o * np.tanh(self.c), self.c

    def backward(self, dh_next, dc_next):
        Wx, Wh, b = self.params
        f, g, i, o = self.f, self.g, self.i, self.o
        tc = np.tanh(self.c)
        # c is used twice: for h and for the next step
        dc = dc_next + dh_next * o * (1 - tc**2)
        df = dc * self.c_prev * f * (1 - f)
        dg = dc * i * g * (1 - g)
        di = dc * g * i * (1 - i)
        do = dh_next * tc * o * (1 - o)
        da = np.concatenate([df, dg, di, do], axis=1)
        dWx, dWh, db = self.grads
        dWx[...] = self.x.T.dot(da)
        dWh[...] = self.h_prev.T.dot(da)
        db[...] = np.sum(da, axis=0)
        dx = da.dot(Wx.T)
        dh_prev = da.dot(Wh.T)
        dc_prev = dc * f
        return dx, dh_prev, dc_prev
