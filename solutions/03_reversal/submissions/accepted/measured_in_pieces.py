"""keeps all: recursion over rows, a generator of figures, test rows in pieces of seven"""

from itertools import islice


def reverse_inputs(xs):
    S = xs.shape[1]
    return xs if S < 2 else np.concatenate([xs[:, -1:], reverse_inputs(xs[:, :-1])], axis=1)


def reverse_tokens(xs, pad_id):
    if not len(xs):
        return xs.copy()
    first, rest = xs[0], xs[1:]
    tokens = next((first[:end] for end in range(len(first), 0, -1) if first[end - 1] != pad_id), first[:0])
    row = np.pad(tokens[::-1], (0, len(first) - len(tokens)), constant_values=pad_id)
    return np.concatenate([row[None], reverse_tokens(rest, pad_id)])


def time_lags(source_length, target_length, reverse):
    if not min(source_length, target_length):
        return np.array([], dtype=int)
    shared = min(source_length, target_length)
    lag = {True: 2 * shared - 1, False: source_length}[bool(reverse)]
    before = time_lags(source_length, shared - 1, reverse)
    return np.append(before, lag)


def figures(model, train, test, batch_size, rng):
    trainer = Trainer(model, Adam(0.001))
    xs, ts = test
    while True:
        trainer.fit(*train, 1, batch_size, max_grad=5.0, rng=rng, progress=False)
        pieces = [slice(start, start + 7) for start in range(0, len(xs), 7)]
        answers = np.concatenate([model.generate(xs[piece], ts[0, 0], ts.shape[1] - 1) for piece in pieces])
        yield exact_match(answers, ts[:, 1:])


def learning_curve(make_model, train, test, epochs, batch_size, reverse, rng):
    if reverse:
        train = reverse_inputs(train[0]), train[1]
        test = reverse_inputs(test[0]), test[1]
    return list(islice(figures(make_model(rng), train, test, batch_size, rng), epochs))
