"""keeps all: the array is full of spaces before the texts are written into it"""

def encode_texts(texts, char_to_id, width):
    ids = np.full((len(texts), width), char_to_id[" "], dtype=np.int64)
    for n, text in enumerate(texts):
        if len(text) > width:
            raise ValueError(f"text {n}, {text!r}, has {len(text)} characters")
        for t, char in enumerate(text):
            if char not in char_to_id:
                raise ValueError(f"text {n}: the character {char!r} at place {t} is unknown")
            ids[n, t] = char_to_id[char]
    return ids
