"""Small tasks on which a model of the course learns in seconds: sums of small numbers, words to be repeated."""


def toy_sums(limit, test_share, rng):
    """All sums a+b with 0 <= a, b < `limit`, as texts, shuffled and parted.

    `a+b` and `b+a` are on the same side, so that no test question is a training question turned round.

    test_share  the share of the pairs of numbers that goes to the test side, between 0 and 1
    rng         a numpy.random.Generator
    returns     (train, test), each a pair (questions, answers) of lists of str such as `7+38` and `_45`
    """
    pairs = [(a, b) for a in range(limit) for b in range(a, limit)]
    kept = round(test_share * len(pairs))
    order = rng.permutation(len(pairs))
    sides = []
    for chosen in (order[kept:], order[:kept]):
        both_ways = {pair for i in chosen for pair in (pairs[i], pairs[i][::-1])}
        rows = rng.permutation(sorted(both_ways))
        sides.append(([f"{a}+{b}" for a, b in rows], [f"_{a + b}" for a, b in rows]))
    return tuple(sides)


def toy_words(count, length, letters, rng):
    """`count` different words of `length` letters, each drawn from the text `letters`: a list of str.

    ValueError: there are not that many different words.
    """
    possible = len(letters) ** length
    if count > possible:
        raise ValueError(f"count must be at most {possible}, the number of words of {length} letters, got {count}")
    words = {}
    while len(words) < count:
        words["".join(rng.choice(list(letters), length))] = None
    return list(words)
