"""A score of translations by their characters."""

from collections import Counter


def chrf(hypotheses, references, longest=6, beta=2.0):
    """chrF of a corpus, from 0 to 100: how many runs of 1 to 6 characters the texts share with their references.

    Popović (2015), "chrF: character n-gram F-score for automatic MT evaluation". The same number as sacrebleu's.

    hypotheses, references   lists of as many texts (str); white space does not count
    longest                  the longest runs of characters that are counted
    beta                     how many times as much finding what is in the reference counts as writing nothing else
    """
    written, there, matched = ([0] * longest for _ in range(3))
    for texts in zip(hypotheses, references, strict=True):
        for n in range(longest):
            ours, theirs = (_runs_of_characters("".join(text.split()), n + 1) for text in texts)
            written[n] += ours.total() if theirs else 0
            there[n] += theirs.total()
            matched[n] += (ours & theirs).total()
    counted = [n for n in range(longest) if written[n] and there[n]]
    if not any(matched):
        return 0.0
    precision = sum(matched[n] / written[n] for n in counted) / len(counted)
    recall = sum(matched[n] / there[n] for n in counted) / len(counted)
    return 100 * (1 + beta**2) * precision * recall / (beta**2 * precision + recall)


def _runs_of_characters(text, n):
    """How often each run of n characters is in the text."""
    return Counter(text[start : start + n] for start in range(len(text) - n + 1))
