"""keeps all: the padding is a product of a string and a number"""

def encode_texts(texts, char_to_id, width):
    rows = []
    for text in texts:
        if len(text) > width:
            raise ValueError(f"too long: {text}")
        padded = text + (width - len(text)) * " "
        for char in padded:
            if char not in char_to_id:
                raise ValueError(f"no id for {char!r}")
        rows.append([char_to_id[char] for char in padded])
    return np.array(rows, dtype=int)
