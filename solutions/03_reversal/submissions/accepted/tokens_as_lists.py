"""keeps all: each row is a list, cut where its padding begins"""

def reverse_tokens(xs, pad_id):
    rows = []
    for row in xs.tolist():
        end = len(row)
        while end and row[end - 1] == pad_id:
            end -= 1
        rows.append(row[:end][::-1] + row[end:])
    return np.array(rows, dtype=xs.dtype)
