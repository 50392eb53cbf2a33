"""Short English phrases and their French or Korean, read from files that are checked first."""

from pathlib import Path

PHRASES_FOLDER = Path(__file__).parent / "data"
PHRASES_SHA256 = {
    "french": "987d95933523f49440eab8a328dcd16b3484ad6bb7d5a96fdebba19dcd965a93",
    "korean": "2276a5bd2e2177ea72d1c567403d7fd5760af83ac7634f0d48887a4335c4da26",
}
PHRASES_ROWS = 20_000
PHRASES_CUTS = 16_000, 18_000  # where validation and test begin


def load_phrases(language, path=None):
    """The phrases of data/phrases_french.txt or data/phrases_korean.txt. The English is the same in both, row by row.

    language  "french" or "korean"
    path      the file, if it is another one than that in data beside this module
    returns   (train, validation, test), lists of 16,000, 2,000 and 2,000 pairs (English, translation) of str. What a
              phrase of one list is about, a date, an amount, a pair of things in a list, no phrase of another is about
    raises    FileNotFoundError if the file is not there, ValueError if it is not the file that was handed out, and for
              another language
    """
    if language not in PHRASES_SHA256:
        raise ValueError(f'language must be "french" or "korean", got {language!r}')
    path = PHRASES_FOLDER / f"phrases_{language}.txt" if path is None else Path(path)
    pairs = [tuple(line.split("\t")) for line in _checked_lines(path, PHRASES_SHA256[language], PHRASES_ROWS)]
    first, second = PHRASES_CUTS
    return pairs[:first], pairs[first:second], pairs[second:]
