"""loses encode_texts: an unknown character is a KeyError"""

def encode_texts(texts, char_to_id, width):
    for text in texts:
        if len(text) > width:
            raise ValueError(f"{text} does not fit into {width}")
    padded = [text + " " * (width - len(text)) for text in texts]
    return np.array([[char_to_id[char] for char in text] for text in padded])
