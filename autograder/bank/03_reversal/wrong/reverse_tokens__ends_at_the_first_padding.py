"""loses reverse_tokens: a row ends at its first pad_id, what follows stays where it is"""

def reverse_tokens(xs, pad_id):
    rows = []
    for row in xs.tolist():
        end = row.index(pad_id) if pad_id in row else len(row)
        rows.append(row[:end][::-1] + row[end:])
    return np.array(rows, dtype=xs.dtype)
