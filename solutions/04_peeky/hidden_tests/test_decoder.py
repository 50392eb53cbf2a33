"""Assignment 04, the decoder: peeky_decoder_forward, peeky_decoder_backward, peeky_decoder_generate."""

from __future__ import annotations

from autograder.testing.question import Question
from autograder.testing.sequence_models.decoder import DecoderQuestions

GIVEN = ("repeat_over_time",)


class TestPeekyDecoder(DecoderQuestions):
    """A decoder that reads h at every step: each row its own, and the fan in of its matrices counts the rows for h."""

    name = "PeekyDecoder"
    forward = Question(
        "peeky_decoder_forward",
        given=GIVEN,
        hint="What do the LSTM and the affine layer each read at step t, in which order, and what are their rows then?",
    )
    backward = Question(
        "peeky_decoder_backward",
        given=GIVEN,
        hint="By how many ways does h reach the scores, and at how many steps by each of them?",
    )
    generate = Question(
        "peeky_decoder_generate",
        given=GIVEN,
        hint="Which h is joined to the input at each step: the encoder's or the decoder's own?",
    )
