"""Assignment 02, the decoder: decoder_forward, decoder_backward, decoder_generate."""

from __future__ import annotations

from autograder.testing.question import Question
from autograder.testing.sequence_models.decoder import DecoderQuestions


class TestDecoder(DecoderQuestions):
    """A decoder that starts from the encoder's last hidden state."""

    name = "Decoder"
    forward = Question(
        "decoder_forward",
        hint="Which h and which c does the LSTM start from, at the first call and at the second?",
    )
    backward = Question(
        "decoder_backward",
        hint=(
            "In which order do the layers pass the gradient back, and where does the LSTM leave that of its initial h?"
        ),
    )
    generate = Question(
        "decoder_generate",
        hint="What does the LSTM read at each step, what does it remember, and which id of each row is written down?",
    )
