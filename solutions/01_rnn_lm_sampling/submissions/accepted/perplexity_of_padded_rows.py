"""keeps all: perplexity of rows that are padded with labels of −1"""

def perplexity(model, corpus, batch_size, time_size):
    n = len(corpus) - 1
    columns = (n + batch_size - 1) // batch_size
    xs = np.zeros(batch_size * columns, dtype=int)
    ts = -np.ones(batch_size * columns, dtype=int)
    xs[:n] = corpus[:-1]
    ts[:n] = corpus[1:]
    xs = xs.reshape(batch_size, columns)
    ts = ts.reshape(batch_size, columns)
    has_flag = hasattr(model, "train_flag")
    if has_flag:
        old_flag = model.train_flag
        model.train_flag = False
    model.reset_state()
    total = 0
    try:
        for start in range(0, columns, time_size):
            x = xs[:, start : start + time_size]
            t = ts[:, start : start + time_size]
            total += model.forward(x, t) * np.sum(t != -1)
    finally:
        model.reset_state()
        if has_flag:
            model.train_flag = old_flag
    return float(np.exp(total / n))
