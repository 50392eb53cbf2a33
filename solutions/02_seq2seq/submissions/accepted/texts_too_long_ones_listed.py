"""keeps all: the texts that are too long are collected and named together"""

def encode_texts(texts, char_to_id, width):
    space = char_to_id[" "]
    too_long = [text for text in texts if len(text) > width]
    if too_long:
        raise ValueError(f"longer than {width}: {too_long}")
    for strange in sorted(set("".join(texts)) - set(char_to_id)):
        raise ValueError(f"unknown character {strange!r}")
    return np.array([[char_to_id.get(char, space) for char in text.ljust(width)] for text in texts])
