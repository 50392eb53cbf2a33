"""keeps all: a beginning and an end are kept for each row"""

def reverse_tokens(xs, pad_id):
    reversed_rows = []
    for row in xs.tolist():
        begin, end = 0, len(row)
        while end > begin and row[end - 1] == pad_id:
            end -= 1
        reversed_rows.append(row[:begin] + row[begin:end][::-1] + row[end:])
    return np.array(reversed_rows, dtype=xs.dtype)
