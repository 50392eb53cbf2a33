"""The words or the characters of texts, and their ids."""

import unicodedata
from collections import Counter
from functools import cache
from itertools import groupby

PAD, SOS, EOS, UNK = 0, 1, 2, 3  # padding, start and end of a sequence, an unknown word
VOCABULARY_MARKS = ("<pad>", "<sos>", "<eos>", "<unk>")  # the words of these ids


class Vocabulary:
    """The words of some texts, or their characters, each with an id; the ids 0 to 3 are PAD, SOS, EOS and UNK.

    texts      an iterable of str
    min_count  int, how often a word must occur in the texts to have an id
    unit       "word" or "character"
    words      list of str, the word of each id: first the four marks, then the most frequent ones, ties in the order of
               the alphabet. len(vocabulary) is its length

    A word is a run of letters or a run of digits; any other character, white space aside, is a word of its own:
    "l'an 2031, 12월" is l, ', an, 2031, the comma, 12, 월. Capital letters stay as they are. In the unit "character"
    every character is a word, spaces too. Texts are composed first (NFC).

    Raises ValueError for another unit, a min_count below 1, and texts that are a single str.
    """

    def __init__(self, texts, min_count=1, unit="word"):
        if unit not in ("word", "character"):
            raise ValueError(f'unit must be "word" or "character", got {unit!r}')
        if min_count < 1:
            raise ValueError(f"min_count must be at least 1, got {min_count}")
        if isinstance(texts, str):
            raise ValueError("texts must be several texts, such as a list of str, got a single str")
        self.unit = unit
        counts = Counter(word for text in texts for word in self.split(text))
        frequent = [word for word in counts if counts[word] >= min_count]
        self.words = [*VOCABULARY_MARKS, *sorted(frequent, key=lambda word: (-counts[word], word))]
        self._ids = {word: id for id, word in enumerate(self.words)}

    def __len__(self):
        return len(self.words)

    def split(self, text):
        """The words of a text, or its characters: a list of str."""
        text = unicodedata.normalize("NFC", text)
        return list(text) if self.unit == "character" else _split_words(text)

    def encode(self, text):
        """The ids of a text: a list of int, UNK for what has none. Neither SOS nor EOS is added."""
        return [self._ids.get(word, UNK) for word in self.split(text)]

    def decode(self, ids):
        """The text of some ids: words with a space between them, characters without.

        ids      an iterable of int: a list, or an array or a tensor (T,). The first EOS and all that follows it are
                 left out, and so are PAD and SOS; UNK is "<unk>"
        raises   ValueError for an id that no word has
        """
        words = []
        for id in map(int, ids):
            if not 0 <= id < len(self.words):
                raise ValueError(f"ids must be from 0 to {len(self.words) - 1}, got {id}")
            if id == EOS:
                break
            if id not in (PAD, SOS):
                words.append(self.words[id])
        return ("" if self.unit == "character" else " ").join(words)


def _split_words(text):
    """The runs of letters, the runs of digits and all other characters of a text, white space aside."""
    words = []
    for kind, run in groupby(text, _kind_in_words):
        if kind in ("letter", "digit"):
            words.append("".join(run))
        elif kind == "other":
            words.extend(run)
    return words


@cache
def _kind_in_words(character):
    """What a character is in a word: "letter", marks above and below letters included, "digit", "space" or "other"."""
    category = unicodedata.category(character)[0]
    return "space" if character.isspace() else {"L": "letter", "M": "letter", "N": "digit"}.get(category, "other")
