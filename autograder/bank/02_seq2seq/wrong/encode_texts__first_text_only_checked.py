"""loses encode_texts: looks at the length of the first text only"""

def encode_texts(texts, char_to_id, width):
    if len(texts[0]) > width:
        raise ValueError(f"texts are at most {width} long, not {texts[0]!r}")
    table = np.full((len(texts), width), char_to_id[" "], dtype=int)
    for n in range(len(texts)):
        for t in range(min(width, len(texts[n]))):
            c = texts[n][t]
            if c not in char_to_id:
                raise ValueError(f"no id for {c!r}")
            table[n, t] = char_to_id[c]
    return table
