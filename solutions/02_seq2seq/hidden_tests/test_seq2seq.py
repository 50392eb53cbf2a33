"""Assignment 02, the whole model: seq2seq_forward, seq2seq_backward, seq2seq_generate."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from autograder.testing.question import Question, asks
from autograder.testing.sequence_models import large_sizes
from autograder.testing.sequence_models.model_pair import STATE
from autograder.testing.sequence_models.oracle_models import N, target
from autograder.testing.sequence_models.seq2seq import Seq2seqQuestions, V
from autograder.testing.sequence_models.weights import Sizes, text
from autograder.testing.student import Student

ENCODER, DECODER = ("encoder_forward", "encoder_backward"), ("decoder_forward", "decoder_backward")


class TestSeq2seq(Seq2seqQuestions):
    """The first model of an encoder and a decoder."""

    name = "Seq2seq"
    forward = Question(
        "seq2seq_forward",
        settable=STATE,
        given=("encoder_forward", "decoder_forward"),
        hint="Which columns of ts does the decoder read, which must it predict, and what does it start from?",
    )
    backward = Question(
        "seq2seq_backward",
        settable=STATE,
        given=(*ENCODER, *DECODER, "seq2seq_forward"),
        hint="By which way does the loss reach the encoder, and where does dout enter?",
    )
    generate = Question(
        "seq2seq_generate",
        settable=STATE,
        given=("encoder_forward", "decoder_forward", "decoder_generate"),
        hint="What does the encoder hand to the decoder, and from which id does the answer start?",
    )
    points = {"test_generate_values": 4, "test_generate_starts_afresh": 2}

    @asks("backward", points=2)
    def test_backward_of_many_weights(self, student: Student, reference: SimpleNamespace) -> None:
        """The gradients come from the chain rule, not from differences of forward."""
        small, sizes = self.model_run(student, reference, 261), Sizes(V, D=151, H=163)
        inputs = (text(262, N, 3, V), target(263, N, 4, V))
        large_sizes.check_model(small, replace(small, seed=262, inputs=inputs, sizes=sizes))
