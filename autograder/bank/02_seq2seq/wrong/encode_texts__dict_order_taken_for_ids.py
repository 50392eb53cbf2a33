"""loses encode_texts: a character's place in the dict is taken for its id"""

def encode_texts(texts, char_to_id, width):
    alphabet = "".join(char_to_id)
    result = np.empty((len(texts), width), dtype=int)
    for row, text in zip(result, texts):
        if len(text) > width:
            raise ValueError(f"at most {width} characters, got {text!r}")
        for place, char in enumerate(text.ljust(width)):
            if char not in alphabet:
                raise ValueError(f"cannot encode {char!r}")
            row[place] = alphabet.index(char)
    return result
