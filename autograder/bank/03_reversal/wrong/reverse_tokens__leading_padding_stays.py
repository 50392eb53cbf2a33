"""loses reverse_tokens: a pad_id in front of the first token stays there, as if it were padding"""

def reverse_tokens(xs, pad_id):
    reversed_rows = []
    for row in xs.tolist():
        begin, end = 0, len(row)
        while begin < end and row[begin] == pad_id:
            begin += 1
        while end > begin and row[end - 1] == pad_id:
            end -= 1
        reversed_rows.append(row[:begin] + row[begin:end][::-1] + row[end:])
    return np.array(reversed_rows, dtype=xs.dtype)
