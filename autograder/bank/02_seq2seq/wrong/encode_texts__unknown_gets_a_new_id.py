"""loses encode_texts: an unknown character gets the next free id, also in the caller's dict"""

def encode_texts(texts, char_to_id, width):
    rows = []
    for text in texts:
        if len(text) > width:
            raise ValueError(f"too long: {text}")
        padded = text + (width - len(text)) * " "
        rows.append([char_to_id.setdefault(char, len(char_to_id)) for char in padded])
    return np.array(rows, dtype=int)
