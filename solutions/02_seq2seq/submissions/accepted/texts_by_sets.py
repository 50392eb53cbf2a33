"""keeps all: unknown characters are found as a difference of sets"""

def encode_texts(texts, char_to_id, width):
    known = set(char_to_id)
    ids = np.full((len(texts), width), char_to_id[" "], dtype=np.int64)
    for row, text in zip(ids, texts):
        if len(text) > width:
            raise ValueError(f"{text!r} does not fit")
        for strange in set(text) - known:
            raise ValueError(f"{strange!r} is not a known character")
        row[: len(text)] = [char_to_id[char] for char in text]
    return ids
