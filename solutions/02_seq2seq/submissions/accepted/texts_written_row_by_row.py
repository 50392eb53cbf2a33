"""keeps all: rows of an empty array are filled place by place"""

def encode_texts(texts, char_to_id, width):
    result = np.empty((len(texts), width), dtype=int)
    for row, text in zip(result, texts):
        if len(text) > width:
            raise ValueError(f"at most {width} characters, got {text!r}")
        for place, char in enumerate(text.ljust(width)):
            if char not in char_to_id:
                raise ValueError(f"cannot encode {char!r}")
            row[place] = char_to_id[char]
    return result
