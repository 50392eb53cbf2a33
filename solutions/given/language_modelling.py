"""Texts for language models: a toy grammar with a known entropy, a real text, and a fit that reads text in strips."""

import re
from collections import Counter
from pydoc_data.topics import topics

import numpy as np
from tqdm.auto import tqdm


def fit_language_model(
    model, optimizer, corpus, epochs, batch_size, time_size, max_grad=None, progress=True, after_epoch=None
):
    """Train a stateful language model on one long text by truncated backpropagation through time.

    The text is cut into `batch_size` contiguous strips of equal length (what is left over at the end is not used).
    All strips are read in step, `time_size` words at a time; the state runs on along the strips, the gradient stops
    at each cut.

    corpus        (L,) int, the ids of the text
    max_grad      the largest joint norm of the gradients, None for no clipping
    after_epoch   called with the model after every epoch, if given
    returns       list of float, the mean loss of each epoch, in nats per word
    raises        ValueError if the corpus has fewer than batch_size + 1 words, or batch_size or time_size < 1
    """
    if batch_size < 1 or time_size < 1:
        raise ValueError(f"batch_size and time_size must be at least 1, got {batch_size} and {time_size}")
    if len(corpus) <= batch_size:
        raise ValueError(f"corpus must have more than batch_size = {batch_size} words, got {len(corpus)}")
    length = (len(corpus) - 1) // batch_size
    xs = np.reshape(corpus[: batch_size * length], (batch_size, length))
    ts = np.reshape(corpus[1 : batch_size * length + 1], (batch_size, length))
    losses = []
    for _ in (bar := tqdm(range(epochs), desc="epochs", disable=not progress)):
        losses.append(_read_strips(model, optimizer, xs, ts, time_size, max_grad))
        bar.set_postfix(perplexity=f"{np.exp(losses[-1]):.2f}")
        if after_epoch is not None:
            after_epoch(model)
    return losses


def _read_strips(model, optimizer, xs, ts, time_size, max_grad):
    """One epoch over strips `xs (N, L)` with labels `ts (N, L)`; the mean loss."""
    model.reset_state()
    total = 0.0
    for start in range(0, xs.shape[1], time_size):
        now = slice(start, start + time_size)
        total += train_step(model, optimizer, xs[:, now], ts[:, now], max_grad) * ts[:, now].shape[1]
    model.reset_state()
    return total / xs.shape[1]


class ToyGrammar:
    """A language of 24 words in which two words decide what comes much later.

    A sentence is `today|yesterday the [old|grey ...] ANIMAL [by the PLACE ...] VERB [softly|loudly] .`; the verb must
    be the animal's own, in the tense of the first word. Adjectives and places may go on for any number of words, so no
    fixed number of words looked back is enough.

    The grammar is a machine: in each state it has a few words to choose from, and the word alone decides the next
    state. So whoever has read from the start of a sentence knows the state, and the surprise of the next word is the
    entropy of that choice; the entropy rate is its mean over how often the states are visited.

    words        tuple of str, the word of each id
    vocab_size   number of words, 24
    """

    verbs = {
        "owl": ("hoots", "hooted"),
        "fox": ("barks", "barked"),
        "frog": ("croaks", "croaked"),
        "bee": ("hums", "hummed"),
    }
    places = ("pond", "barn", "hill")

    def __init__(self):
        machine = dict(self._choices())
        numbers = {state: i for i, state in enumerate(machine)}  # the start of a sentence is number 0
        self.words = tuple(dict.fromkeys(word for choices in machine.values() for word, _, _ in choices))
        self.vocab_size = len(self.words)
        self._ids = {word: i for i, word in enumerate(self.words)}
        self._probabilities = np.zeros((len(machine), self.vocab_size))
        self._next = np.full((len(machine), self.vocab_size), -1)
        for state, choices in machine.items():
            for word, probability, after in choices:
                self._probabilities[numbers[state], self._ids[word]] = probability
                self._next[numbers[state], self._ids[word]] = numbers[after]

    def _choices(self):
        """Pairs (state, list of (word, probability, next state))."""
        yield "start", [("today", 0.5, ("the", 0)), ("yesterday", 0.5, ("the", 1))]
        for tense in (0, 1):
            yield ("the", tense), [("the", 1.0, ("noun", tense))]
            adjectives = [("old", 0.2, ("noun", tense)), ("grey", 0.1, ("noun", tense))]
            yield ("noun", tense), adjectives + [(animal, 0.175, ("verb", tense, animal)) for animal in self.verbs]
            for animal, verbs in self.verbs.items():
                memory = tense, animal
                yield ("verb", *memory), [(verbs[tense], 0.5, "adverb"), ("by", 0.5, ("by", *memory))]
                yield ("by", *memory), [("the", 1.0, ("place", *memory))]
                yield ("place", *memory), [(place, 1 / 3, ("verb", *memory)) for place in self.places]
        yield "adverb", [("softly", 0.2, "end"), ("loudly", 0.1, "end"), (".", 0.7, "start")]
        yield "end", [(".", 1.0, "start")]

    def sample(self, size, rng):
        """A text of `size` ids, int array (size,), from the start of a sentence, drawn with the Generator `rng`."""
        reached = np.cumsum(self._probabilities, axis=1)
        reached /= reached[:, -1:]
        corpus, state = np.empty(size, dtype=np.int64), 0
        for i, draw in enumerate(rng.random(size)):
            corpus[i] = np.searchsorted(reached[state], draw, side="right")
            state = self._next[state, corpus[i]]
        return corpus

    def entropy_rate(self):
        """The surprise per word, in nats, that the best possible predictor is left with: a float."""
        moves = np.zeros((len(self._next), len(self._next)))
        for state, word in np.argwhere(self._next >= 0):
            moves[state, self._next[state, word]] += self._probabilities[state, word]
        # how often each state is visited: visits = visits @ moves, and all visits together are 1
        equations = np.vstack([moves.T - np.eye(len(moves)), np.ones(len(moves))])
        visits = np.linalg.lstsq(equations, np.append(np.zeros(len(moves)), 1.0), rcond=None)[0]
        logs = np.log(self._probabilities, where=self._probabilities > 0, out=np.zeros_like(self._probabilities))
        return float(-visits @ (self._probabilities * logs).sum(axis=1))

    def surprise(self, corpus):
        """-log of the true probability of every word of a text that starts a sentence: ids (L,) -> float array (L,).

        Its mean is what the best possible predictor gets on this very text. ValueError: not a text of this grammar.
        """
        probabilities, state = np.empty(len(corpus)), 0
        for i, word in enumerate(corpus):
            if state < 0 or self._next[state, word] < 0:
                raise ValueError(
                    f"corpus must be a text of this grammar: word {i} ({self.words[word]!r}) cannot stand there"
                )
            probabilities[i] = self._probabilities[state, word]
            state = self._next[state, word]
        return -np.log(probabilities)

    def text(self, ids):
        """The words of `ids`, joined by spaces."""
        return " ".join(self.words[i] for i in ids)


def load_python_docs(max_words=1000):
    """The prose of Python's own language reference, from the standard library: a small real text.

    Lower-cased words and `. , : ( )`; words beyond the `max_words` - 1 most frequent become `<unk>`. Every tenth
    paragraph is kept for testing. The text differs a little from one version of Python to the next.

    returns   (train (L1,) int, test (L2,) int, words: list of str, the word of each id; `<unk>` is id 0)
    """
    paragraphs = _paragraphs()
    count = Counter(word for paragraph in paragraphs for word in paragraph)
    words = ["<unk>", *(word for word, _ in count.most_common(max_words - 1))]
    ids = {word: i for i, word in enumerate(words)}
    coded = [[ids.get(word, 0) for word in paragraph] for paragraph in paragraphs]
    test = np.concatenate(coded[9::10])
    train = np.concatenate([paragraph for i, paragraph in enumerate(coded) if i % 10 != 9])
    return train, test, words


def _paragraphs():
    """Lists of words, one per distinct paragraph that ends like a sentence and is not code."""
    found = {}
    for name in sorted(topics):
        for block in re.split(r"\n\s*\n", topics[name]):
            text = " ".join(block.split()).lower()
            if text.endswith((".", ":")) and len(text) > 80 and not re.search(r"::=|>>>|    \S+ = ", block):
                found[text] = re.findall(r"[a-z]+(?:_[a-z]+)*|[.,:()]", re.sub(r"['\"*]", "", text))
    return list(found.values())
