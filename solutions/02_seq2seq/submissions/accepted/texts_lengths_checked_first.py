"""keeps all: the lengths of all texts are checked before any is encoded"""

def encode_texts(texts, char_to_id, width):
    for text in texts:
        if len(text) > width:
            raise ValueError(f"texts are at most {width} long, not {text!r}")
    table = np.full((len(texts), width), char_to_id[" "], dtype=int)
    for n in range(len(texts)):
        for t in range(min(width, len(texts[n]))):
            c = texts[n][t]
            if c not in char_to_id:
                raise ValueError(f"no id for {c!r}")
            table[n, t] = char_to_id[c]
    return table
