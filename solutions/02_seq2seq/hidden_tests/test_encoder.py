"""Assignment 02, the encoder: encoder_forward, encoder_backward."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.question import Question, asks
from autograder.testing.sequence_models import large_sizes
from autograder.testing.sequence_models.encoder import EncoderQuestions, V
from autograder.testing.sequence_models.oracle_models import N
from autograder.testing.sequence_models.weights import Sizes, text
from autograder.testing.student import Student


class TestEncoder(EncoderQuestions):
    """An encoder that gives its last hidden state."""

    name = "Encoder"
    forward = Question(
        "encoder_forward",
        hint="Which of the hidden states is h, and where does the LSTM start each time?",
    )
    backward = Question(
        "encoder_backward",
        hint="At which step does dh enter the LSTM, what is the gradient at the others, and what comes after the LSTM?",
    )

    @asks("backward", points=2)
    def test_backward_of_many_weights(self, student: Student, reference: SimpleNamespace) -> None:
        """The gradients come from the chain rule, not from differences of forward."""
        small, sizes = self.model_run(student, reference, 129), Sizes(V, D=223, H=227)
        xs, upstream = text(130, N, 3, V), hidden_rng(130).uniform(-0.9, 0.9, (N, sizes.H))
        large = replace(small, seed=130, inputs=(xs,), upstream=upstream.astype(np.float32), sizes=sizes)
        large_sizes.check_model(small, large)
