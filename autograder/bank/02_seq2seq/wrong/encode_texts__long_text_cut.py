"""loses encode_texts: a text that is too long is cut without a word"""

def encode_texts(texts, char_to_id, width):
    pad = char_to_id[" "]
    ids = np.full((len(texts), width), pad)
    for i in range(len(texts)):
        for j, char in enumerate(texts[i][:width]):
            if char not in char_to_id:
                raise ValueError(f"texts[{i}] has the unknown character {char!r}")
            ids[i, j] = char_to_id[char]
    return ids
