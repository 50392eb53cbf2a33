"""keeps all: unknown characters are found by a KeyError"""

def encode_texts(texts, char_to_id, width):
    ids = np.zeros((len(texts), width), dtype=int)
    for n, text in enumerate(texts):
        if len(text) > width:
            raise ValueError("text too long: " + text)
        for t, char in enumerate(text.ljust(width)):
            try:
                ids[n, t] = char_to_id[char]
            except KeyError:
                raise ValueError("unknown character: " + char)
    return ids
