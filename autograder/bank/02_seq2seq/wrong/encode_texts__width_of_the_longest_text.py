"""loses encode_texts: rows as long as the longest text, not as asked for"""

def encode_texts(texts, char_to_id, width):
    limit = width
    width = max(len(text) for text in texts)
    ids = np.zeros((len(texts), width), dtype=int)
    for n, text in enumerate(texts):
        if len(text) > limit:
            raise ValueError("text too long: " + text)
        for t, char in enumerate(text.ljust(width)):
            try:
                ids[n, t] = char_to_id[char]
            except KeyError:
                raise ValueError("unknown character: " + char)
    return ids
