"""keeps all: the tokens of each row are reversed in place, in a copy"""

def reverse_tokens(xs, pad_id):
    xs = xs.copy()
    for row in xs:
        length = len(row)
        while length and row[length - 1] == pad_id:
            length -= 1
        row[:length] = row[:length][::-1].copy()
    return xs
