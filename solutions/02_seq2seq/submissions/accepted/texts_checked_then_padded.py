"""keeps all: all lengths are checked first, then all texts padded, then all encoded"""

def encode_texts(texts, char_to_id, width):
    for text in texts:
        if len(text) > width:
            raise ValueError(f"{text} does not fit into {width}")
    padded = [text + " " * (width - len(text)) for text in texts]
    unknown = [char for text in padded for char in text if char not in char_to_id]
    if unknown:
        raise ValueError(f"unknown: {unknown}")
    return np.array([[char_to_id[char] for char in text] for text in padded])
