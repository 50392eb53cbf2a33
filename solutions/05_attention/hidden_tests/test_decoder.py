"""Assignment 05, the decoder: attention_decoder_forward, attention_decoder_backward, attention_decoder_generate."""

from __future__ import annotations

from types import SimpleNamespace

from autograder.testing import checks
from autograder.testing.question import Question, asks
from autograder.testing.sequence_models.decoder import DecoderQuestions, V, check_forward
from autograder.testing.sequence_models.oracle_models import N, S, T, handed, model_pair
from autograder.testing.sequence_models.weights import text
from autograder.testing.student import Student

GIVEN = ("weight_sum", "attention_weight", "attention", "time_attention")


class TestAttentionDecoder(DecoderQuestions):
    """A decoder that looks at every hidden state of its source; 2H is the fan in of its affine layer."""

    name = "AttentionDecoder"
    forward = Question(
        "attention_decoder_forward",
        given=GIVEN,
        hint="Which hidden state does the LSTM start from, and in which order do context vector and state join?",
    )
    backward = Question(
        "attention_decoder_backward",
        given=GIVEN,
        hint="By how many ways does enc_hs reach the scores, and which step of it does each of them touch?",
    )
    generate = Question(
        "attention_decoder_generate",
        given=GIVEN,
        hint="What does the LSTM read and remember at each step, and what does attention look at each time?",
    )

    @asks("forward", points=1, before="test_forward_leaves_its_inputs_alone")
    def test_forward_order_of_steps(self, student: Student, reference: SimpleNamespace) -> None:
        """But for the last, from which the LSTM starts, the hidden states may come in any order."""
        pair, xs = model_pair(student, reference, self.name, 261), text(261, N, T, V)
        enc_hs = handed(self.name, 261)
        wanted = check_forward(f"{self.name}.forward", pair, xs, enc_hs)
        moved = enc_hs[:, [*range(S - 2, -1, -1), S - 1]]
        yours = pair.yours.call("forward", xs, moved)
        checks.values(f"{self.name}.forward with all hidden states but the last in another order", yours, wanted)
