"""keeps all: the end of a row is counted down while padding stands before it"""

def reverse_tokens(xs, pad_id):
    out = xs.copy()
    for n, row in enumerate(xs):
        end = len(row)
        while end and row[end - 1] == pad_id:
            end -= 1
        out[n, :end] = row[:end][::-1]
    return out
