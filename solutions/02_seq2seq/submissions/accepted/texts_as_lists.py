"""keeps all: rows are lists, padded one character after the other"""

def encode_texts(texts, char_to_id, width):
    rows = []
    for text in texts:
        if len(text) > width:
            raise ValueError(f"{text!r} is longer than {width} characters")
        row = []
        for char in text:
            if char not in char_to_id:
                raise ValueError(f"unknown character {char!r}")
            row.append(char_to_id[char])
        while len(row) < width:
            row.append(char_to_id[" "])
        rows.append(row)
    return np.array(rows, dtype=np.int64).reshape(len(texts), width)
