"""A small task of dates: days written in four ways, to be rewritten in one."""

import datetime

TOY_DATES_CHARACTERS = " ,-./0123456789_abcdefgjlmnoprstuvy"  # the space first, so that padding has the id 0
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FIRST_DAY, DAYS = datetime.date(1970, 1, 1), 36_525  # a hundred years


def toy_dates(count, rng):
    """`count` different days of the years 1970 to 2069, each written in one of four ways.

    rng      a numpy.random.Generator
    returns  (dates, answers, characters): two lists of str, and a str of the 35 characters that occur, the space first.
             A date, at most 12 characters, is one of "27 sep 1994", "sep 27, 1994", "9/27/1994" (month first) and
             "27.9.1994" (day first); the answer to all of them is "_1994-09-27"
    raises   ValueError for a count above 36,525, the number of days
    """
    if count > DAYS:
        raise ValueError(f"count must be at most {DAYS}, the days of a hundred years, got {count}")
    days = [FIRST_DAY + datetime.timedelta(int(day)) for day in rng.choice(DAYS, count, replace=False)]
    dates = [_in_form(day, form) for day, form in zip(days, rng.integers(4, size=count), strict=True)]
    return dates, [f"_{day.isoformat()}" for day in days], TOY_DATES_CHARACTERS


def _in_form(day, form):
    """A day in one of the four ways."""
    y, m, d = day.year, day.month, day.day
    return (f"{d} {MONTHS[m - 1]} {y}", f"{MONTHS[m - 1]} {d}, {y}", f"{m}/{d}/{y}", f"{d}.{m}.{y}")[form]
