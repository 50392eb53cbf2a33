"""Vocabulary: which pieces of a text are words, which ids they have, and the way there and back."""

from __future__ import annotations

import re
from types import ModuleType

import numpy as np
import pytest
from everything_given import everything_given


@pytest.fixture(scope="module")
def given() -> ModuleType:
    """All that is handed out."""
    return everything_given("06_bidirectional_lstm")


def test_the_ids_of_the_marks_are_fixed(given):
    assert (given.PAD, given.SOS, given.EOS, given.UNK) == (0, 1, 2, 3)
    assert given.Vocabulary([]).words == ["<pad>", "<sos>", "<eos>", "<unk>"]
    assert len(given.Vocabulary([])) == 4


@pytest.mark.parametrize(("text", "words"), [
    ("march 4, 2031 at 9:15 pm", "march 4 , 2031 at 9 : 15 pm"),
    ("2031년 3월 4일 (화)", "2031 년 3 월 4 일 ( 화 )"),
    ("goutte d'eau", "goutte d ' eau"),
    ("3,5 kilomètres", "3 , 5 kilomètres"),
    ("1 250 F\u00a0!", "1 250 F !"),
    ("snake_case A4", "snake _ case A 4"),
    ("\u00bfQu\u00e9?", "\u00bf Qu\u00e9 ?"),
    ("e\u0301te\u0301", "\u00e9t\u00e9"),
    ("हिन्दी में", "हिन्दी में"),
    ("  \n", ""),
    ("", ""),
])  # fmt: skip
def test_words_are_runs_of_letters_or_digits_and_single_signs(given, text, words):
    assert given.Vocabulary([]).split(text) == words.split()
    assert given.Vocabulary([text]).decode(given.Vocabulary([text]).encode(text)) == words


def test_ids_follow_the_counts_and_then_the_alphabet(given):
    vocabulary = given.Vocabulary(["b a c", "c b", "c d"])
    assert vocabulary.words[4:] == ["c", "b", "a", "d"]
    assert vocabulary.encode("d c a") == [7, 4, 6]
    assert given.Vocabulary(["c d", "c b", "b a c"]).words == vocabulary.words


def test_a_rare_word_is_unknown(given):
    texts = ["the cat", "the dog", "a cat"]
    vocabulary = given.Vocabulary(iter(texts), min_count=2)
    assert vocabulary.words[4:] == ["cat", "the"]
    assert vocabulary.encode("the dog") == [5, given.UNK]
    assert vocabulary.decode([5, given.UNK]) == "the <unk>"
    assert given.Vocabulary(texts, min_count=1).encode("dog the") == [7, 5]


def test_encode_gives_a_list_of_plain_ints_without_start_or_end(given):
    ids = given.Vocabulary(["a b"]).encode("b a")
    assert ids == [5, 4]
    assert type(ids) is list
    assert {type(id) for id in ids} == {int}


def test_capital_letters_count(given):
    assert given.Vocabulary(["March"]).encode("march March") == [given.UNK, 4]


def test_characters_keep_their_spaces(given):
    vocabulary = given.Vocabulary(["오후 9:15", "21:15"], unit="character")
    assert vocabulary.words[4:] == list("15: 29오후")
    text = "오후 12:59"
    assert vocabulary.decode(vocabulary.encode(text)) == text
    assert vocabulary.decode(vocabulary.encode("오전 9")) == "오<unk> 9"
    assert vocabulary.split("e\u0301 ") == ["\u00e9", " "]


def test_the_text_of_a_mark_is_no_mark(given):
    for unit in ("word", "character"):
        vocabulary = given.Vocabulary(["<eos> <pad>"], unit=unit)
        assert min(vocabulary.encode("<eos> <pad>")) > given.UNK


def test_decode_ends_at_the_first_end_and_leaves_padding_out(given):
    vocabulary = given.Vocabulary(["a b"])
    for ids in ([1, 4, 0, 5, 2, 4, 2, 0], np.array([1, 4, 5, 2, 0]), (4, 5)):
        assert vocabulary.decode(ids) == "a b"
    assert vocabulary.decode([]) == vocabulary.decode([1, 2, 4]) == ""


@pytest.mark.torch
def test_decode_takes_a_tensor(given):
    import torch

    assert given.Vocabulary(["a b"]).decode(torch.tensor([1, 5, 4, 2])) == "b a"


@pytest.mark.parametrize("id", [6, -1, 10**9])
def test_an_id_that_no_word_has_is_refused(given, id):
    with pytest.raises(ValueError, match=rf"^ids must be from 0 to 5, got {id}$"):
        given.Vocabulary(["a b"]).decode([4, id])


@pytest.mark.parametrize(("options", "message"), [
    ({"texts": "a b"}, "texts must be several texts, such as a list of str, got a single str"),
    ({"texts": ["a"], "min_count": 0}, "min_count must be at least 1, got 0"),
    ({"texts": ["a"], "unit": "words"}, 'unit must be "word" or "character", got \'words\''),
])  # fmt: skip
def test_wrong_arguments_are_named(given, options, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        given.Vocabulary(**options)
