"""Assignment 06, an encoder of two directions and a model with it: bi_encoder, bi_attention_seq2seq."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import numpy as np

from autograder.testing import checks
from autograder.testing.question import Question, asks
from autograder.testing.sequence_models.encoder import EncoderQuestions
from autograder.testing.sequence_models.model_pair import STATE
from autograder.testing.sequence_models.oracle_models import N, model_pair
from autograder.testing.sequence_models.seq2seq import Seq2seqInOneQuestion
from autograder.testing.sequence_models.weights import text
from autograder.testing.student import Student

BILSTM = ("time_bilstm_forward", "time_bilstm_backward")


class TestBiEncoder(EncoderQuestions):
    """An encoder of two directions: seven arrays, H/2 units for each direction, each direction drawn on its own."""

    name = "BiEncoder"
    forward = backward = Question(
        "bi_encoder",
        settable=STATE,
        given=BILSTM,
        timeout_s=30,
        hint="How many units has each direction if both together have H, and how many rows has each of its matrices?",
    )
    forward_first = True
    points = {"test_forward_initial_weights": 3, "test_forward_starts_afresh": 1}

    @asks("forward", points=1, before="test_backward_gradients")
    def test_refuses_an_odd_hidden_size(self, student: Student, reference: SimpleNamespace) -> None:
        """An odd hidden_size is a ValueError; an even one, even if its half is odd, is not."""
        pair, xs = model_pair(student, reference, self.name, 141), text(141, N, 3, 11)
        checks.values(f"{self.name}.forward: hs", pair.yours.call("forward", xs), np.asarray(pair.oracle.forward(xs)))
        for H in (1, 7, 13):
            checks.raises(f"{self.name}(11, 3, {H})", "ValueError", partial(student.new, self.name, 11, 3, H))


class TestBiAttentionSeq2seq(Seq2seqInOneQuestion):
    """A model with that encoder: thirteen arrays, and gradients by way of attention and of the decoder's start."""

    name = "BiAttentionSeq2seq"
    forward = backward = generate = Question(
        "bi_attention_seq2seq",
        settable=STATE,
        given=(*BILSTM, "bi_encoder"),
        timeout_s=40,
        hint="Which two parts does it have, and whose params and grads does an optimiser find in its lists?",
    )
