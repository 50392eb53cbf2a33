"""keeps all: the unknown characters of a text are collected and named together"""

def encode_texts(texts, char_to_id, width):
    ids = np.full((len(texts), width), char_to_id[' '], dtype=np.int64)
    for row, text in zip(ids, texts, strict=True):
        if len(text) > width:
            raise ValueError(f'texts must be at most {width} characters long, got {text!r}')
        unknown = [char for char in text if char not in char_to_id]
        if unknown:
            raise ValueError(f'texts must be made of known characters, got {unknown!r} in {text!r}')
        row[:len(text)] = [char_to_id[char] for char in text]
    return ids
