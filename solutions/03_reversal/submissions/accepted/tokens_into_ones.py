"""keeps all: rows are written into ones times the padding"""

def reverse_tokens(xs, pad_id):
    result = np.ones_like(xs) * pad_id
    for n, row in enumerate(xs):
        end = len(row)
        while end and row[end - 1] == pad_id:
            end -= 1
        result[n, :end] = row[:end][::-1]
    return result
