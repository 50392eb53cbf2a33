"""loses reverse_tokens: the caller's rows are reversed as well"""

def reverse_tokens(xs, pad_id):
    for row in xs:
        length = len(row)
        while length and row[length - 1] == pad_id:
            length -= 1
        row[:length] = row[:length][::-1].copy()
    return xs
