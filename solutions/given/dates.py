"""Dates written many ways, each with its ISO form, read from files that are checked first."""

from pathlib import Path

DATES_FILE = Path(__file__).parent / "data" / "dates.txt"
DATES_SHA256 = "df4ee1e5a0243b82e515fac1dbe6d3bbe675f4f9ae8532ca1aeec4f29403678e"
DATES_ROWS = 50_000
DATES_TRAIN_ROWS = 45_000  # the first ones; no day of theirs comes again in the others
DATES_WIDTH = 29  # characters of a line, the ISO form takes the rest
DATES_CHARACTERS = " ,-/0123456789ADFJMNOSTW_abcdefghijlmnoprstuvwy"  # the space first, so that padding has the id 0

DATE_LANGUAGES_FILE = Path(__file__).parent / "data" / "dates_languages.txt"
DATE_LANGUAGES_SHA256 = "0833292b485693d48b90ad4d1928770339dc5ca6fe9c34b496fb1ee4a3678bf0"
DATE_LANGUAGES_ROWS = 20_000
DATE_LANGUAGES_TRAIN_ROWS = 18_000
DATE_LANGUAGES_WIDTH = 30
DATE_LANGUAGES_CHARACTERS = (
    " (),-./0123456789ADFJMNOSTW_abcdefghijklmnoprstuvwyzäéû土年日曜月木水火金금년목수요월일토화"
)


def load_dates(path=None):
    """The dates of data/dates.txt, as texts: English, written in 20 ways.

    path      the file, if it is another one than data/dates.txt beside this module
    returns   (train, test, characters). train and test are pairs (dates, answers) of lists of str, 45,000 and 5,000 of
              each, without padding: the date "September 27, 1994" (at most 29 characters) has the answer "_1994-09-27"
              (always 11). characters is a str of the 47 characters that occur, the space first
    raises    FileNotFoundError if the file is not there, ValueError if it is not the file that was handed out
    """
    path = DATES_FILE if path is None else Path(path)
    train, test = _checked_pairs(path, DATES_SHA256, DATES_ROWS, DATES_TRAIN_ROWS, DATES_WIDTH)
    return train, test, DATES_CHARACTERS


def load_date_languages(path=None):
    """The dates of data/dates_languages.txt, as texts: English, Korean, French, German and Japanese, mixed.

    path      the file, if it is another one than data/dates_languages.txt beside this module
    returns   (train, test, characters), as load_dates has them, with 18,000 and 2,000 dates of at most 30 characters:
              "1994년 9월 27일" has the answer "_1994-09-27". characters is a str of the 73 characters that occur
    raises    FileNotFoundError if the file is not there, ValueError if it is not the file that was handed out
    """
    path = DATE_LANGUAGES_FILE if path is None else Path(path)
    sizes = DATE_LANGUAGES_ROWS, DATE_LANGUAGES_TRAIN_ROWS, DATE_LANGUAGES_WIDTH
    train, test = _checked_pairs(path, DATE_LANGUAGES_SHA256, *sizes)
    return train, test, DATE_LANGUAGES_CHARACTERS
