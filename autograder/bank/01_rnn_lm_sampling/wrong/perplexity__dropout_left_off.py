"""loses perplexity: train_flag is not put back"""

def perplexity(model, corpus, batch_size, time_size):
    n = len(corpus) - 1
    columns = (n + batch_size - 1) // batch_size
    xs = np.zeros(batch_size * columns, dtype=int)
    ts = -np.ones(batch_size * columns, dtype=int)
    xs[:n] = corpus[:-1]
    ts[:n] = corpus[1:]
    xs = xs.reshape(batch_size, columns)
    ts = ts.reshape(batch_size, columns)
    if hasattr(model, "train_flag"):
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
    return float(np.exp(total / n))
