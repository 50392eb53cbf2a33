"""keeps all: loops over rows and steps, one row at a time when measured"""

def reverse_inputs(xs):
    N, S = xs.shape
    backwards = np.zeros((N, S), dtype=xs.dtype)
    for n in range(N):
        for t in range(S):
            backwards[n, S - t - 1] = xs[n, t]
    return backwards


def reverse_tokens(xs, pad_id):
    rows = []
    for row in xs:
        tokens, padding = [int(token) for token in row], []
        while tokens and tokens[-1] == pad_id:
            padding.append(tokens.pop())
        rows.append(tokens[::-1] + padding)
    return np.array(rows, dtype=xs.dtype)


def time_lags(source_length, target_length, reverse):
    # one number per tick of the clock: which source token is read, or which target token emitted
    read, emitted = {}, {}
    clock = 0
    order = list(range(source_length))
    for i in order[::-1] if reverse else order:
        read[i] = clock
        clock += 1
    for i in range(target_length):
        emitted[i] = clock
        clock += 1
    return np.array([emitted[i] - read[i] for i in read if i in emitted])[:: -1 if reverse else 1].copy()


def input_gradient_norms(model, xs, ts):
    N, S = xs.shape
    total = [0.0] * S
    for n in range(N):
        model.forward(xs[n : n + 1], ts[n : n + 1])
        model.backward(1 / N)
        for s in range(S):
            total[s] += sum(float(d) ** 2 for d in model.encoder.embed.dout[0, s]) ** 0.5
    return np.array([norm / N for norm in total])


def learning_curve(make_model, train, test, epochs, batch_size, reverse, rng):
    train, test = list(train), list(test)
    if reverse:
        train[0] = reverse_inputs(train[0])
        test[0] = reverse_inputs(test[0])
    model = make_model(rng)
    optimizer = Adam()  # its learning rate is 0.001 by itself
    curve = []
    for _ in range(epochs):
        Trainer(model, optimizer).fit(train[0], train[1], 1, batch_size, 5.0, rng, False)
        right = 0
        for x, t in zip(test[0], test[1]):
            answer = model.generate(x[None], int(t[0]), len(t) - 1)[0]
            right += list(answer) == list(t[1:])
        curve.append(right / len(test[0]))
    return curve
