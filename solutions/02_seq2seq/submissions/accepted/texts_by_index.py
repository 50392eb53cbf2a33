"""keeps all: texts and characters are counted by index"""

def encode_texts(texts, char_to_id, width):
    pad = char_to_id[" "]
    ids = np.full((len(texts), width), pad)
    for i in range(len(texts)):
        if len(texts[i]) > width:
            raise ValueError(f"texts[{i}] is too long: {texts[i]!r}")
        for j, char in enumerate(texts[i]):
            if char not in char_to_id:
                raise ValueError(f"texts[{i}] has the unknown character {char!r}")
            ids[i, j] = char_to_id[char]
    return ids
