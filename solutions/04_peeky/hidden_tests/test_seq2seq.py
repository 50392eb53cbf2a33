"""Assignment 04, the whole model: peeky_seq2seq."""

from __future__ import annotations

from autograder.testing.question import Question
from autograder.testing.sequence_models.model_pair import STATE
from autograder.testing.sequence_models.seq2seq import Seq2seqInOneQuestion


class TestPeekySeq2seq(Seq2seqInOneQuestion):
    """A model with a peeky decoder."""

    name = "PeekySeq2seq"
    forward = backward = generate = Question(
        "peeky_seq2seq",
        settable=STATE,
        timeout_s=30,
        given=("repeat_over_time", "peeky_decoder_forward", "peeky_decoder_backward", "peeky_decoder_generate"),
        hint="Which two parts does it have, and whose params and grads does an optimiser find in its lists?",
    )
