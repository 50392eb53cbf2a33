"""loses time_lags: the mean for every token, which is the same whether reversed or not"""

def time_lags(source_length, target_length, reverse):
    n = min(source_length, target_length)
    total = sum(2 * i + 1 if reverse else source_length for i in range(n))
    return np.full(n, total // n)
