"""Assignment 05, the decoder: attention_decoder_forward, attention_decoder_backward, attention_decoder_generate."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

from autograder.testing import checks
from autograder.testing.plugin import question
from autograder.testing.sequence_models import decoder, generation
from autograder.testing.sequence_models.oracle_models import N, S, T, handed, model_pair
from autograder.testing.sequence_models.weights import text
from autograder.testing.student import Student

GIVEN = ("weight_sum", "attention_weight", "attention", "time_attention")
attention_decoder_forward = partial(
    question, "attention_decoder_forward", given=GIVEN,
    hint="Which hidden state does the LSTM start from, and in which order do context vector and state join?",
)  # fmt: skip
attention_decoder_backward = partial(
    question, "attention_decoder_backward", given=GIVEN,
    hint="By how many ways does enc_hs reach the scores, and which step of it does each of them touch?",
)  # fmt: skip
attention_decoder_generate = partial(
    question, "attention_decoder_generate", given=GIVEN,
    hint="What does the LSTM read and remember at each step, and what does attention look at each time?",
)  # fmt: skip


@attention_decoder_forward(points=2)
def test_attention_decoder_forward_initial_weights(student: Student, reference: SimpleNamespace) -> None:
    """Fan in is the number of rows, 2H for the affine W; dtype, order, and what the seed decides."""
    decoder.check_initial_weights(student, reference, "AttentionDecoder")


@attention_decoder_forward(points=4)
def test_attention_decoder_forward_values(student: Student, reference: SimpleNamespace) -> None:
    """Scores (N, T, V) in float32."""
    decoder.check_scores(student, reference, "AttentionDecoder")


@attention_decoder_forward(points=1)
def test_attention_decoder_forward_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """N = 1, T = 1, both."""
    decoder.check_small_sizes(student, reference, "AttentionDecoder")


@attention_decoder_forward(points=3)
def test_attention_decoder_forward_starts_afresh(student: Student, reference: SimpleNamespace) -> None:
    """The first state is the last of the enc_hs given and c is zero at every call."""
    decoder.check_starts_afresh(student, reference, "AttentionDecoder")


@attention_decoder_forward(points=1)
def test_attention_decoder_forward_after_generate(student: Student, reference: SimpleNamespace) -> None:
    """Nothing is left of what was written before."""
    decoder.check_after_generate(student, reference, "AttentionDecoder")


@attention_decoder_forward(points=2)
def test_attention_decoder_forward_uses_every_hidden_state(student: Student, reference: SimpleNamespace) -> None:
    """Every entry of every hidden state counts."""
    decoder.check_uses_h(student, reference, "AttentionDecoder")


@attention_decoder_forward(points=1)
def test_attention_decoder_forward_does_not_look_ahead(student: Student, reference: SimpleNamespace) -> None:
    """Another id changes no scores before it."""
    decoder.check_no_look_ahead(student, reference, "AttentionDecoder")


@attention_decoder_forward(points=1)
def test_attention_decoder_forward_rows(student: Student, reference: SimpleNamespace) -> None:
    """Each row looks at its own source, wherever it stands."""
    decoder.check_rows(student, reference, "AttentionDecoder")


@attention_decoder_forward(points=1)
def test_attention_decoder_forward_order_of_steps(student: Student, reference: SimpleNamespace) -> None:
    """But for the last, from which the LSTM starts, the hidden states may come in any order."""
    pair, xs, enc_hs = (
        model_pair(student, reference, "AttentionDecoder", 261),
        text(261, N, T, decoder.V),
        handed("AttentionDecoder", 261),
    )
    wanted = decoder.check_forward("AttentionDecoder.forward", pair, xs, enc_hs)
    moved = enc_hs[:, [*range(S - 2, -1, -1), S - 1]]
    yours = pair.yours.call("forward", xs, moved)
    checks.values("AttentionDecoder.forward with all hidden states but the last in another order", yours, wanted)


@attention_decoder_forward(points=1)
def test_attention_decoder_forward_leaves_its_inputs_alone(student: Student, reference: SimpleNamespace) -> None:
    """xs and enc_hs are still what they were."""
    decoder.check_inputs_untouched(student, reference, "AttentionDecoder")


@attention_decoder_backward(points=5)
def test_attention_decoder_backward_gradients(student: Student, reference: SimpleNamespace) -> None:
    """The gradient of every parameter, and that of enc_hs by every path."""
    decoder.check_backward(student, reference, "AttentionDecoder")


@attention_decoder_backward(points=1)
def test_attention_decoder_backward_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """N = 1, T = 1, both."""
    decoder.check_backward_small_sizes(student, reference, "AttentionDecoder")


@attention_decoder_backward(points=2)
def test_attention_decoder_backward_overwrites_grads(student: Student, reference: SimpleNamespace) -> None:
    """In place, never rebound, never added up over two calls."""
    decoder.check_backward_overwrites(student, reference, "AttentionDecoder")


@attention_decoder_backward(points=1)
def test_attention_decoder_backward_keeps_dtype(student: Student, reference: SimpleNamespace) -> None:
    """grads and denc_hs have the dtype of the parameters."""
    decoder.check_backward_dtype(student, reference, "AttentionDecoder")


@attention_decoder_backward(points=1)
def test_attention_decoder_backward_leaves_its_upstream_alone(student: Student, reference: SimpleNamespace) -> None:
    """dscores is still what it was."""
    decoder.check_backward_upstream(student, reference, "AttentionDecoder")


@attention_decoder_generate(points=5)
def test_attention_decoder_generate_values(student: Student, reference: SimpleNamespace) -> None:
    """Greedy answers of 2 to 6 ids, from several start ids."""
    generation.check_generate(student, reference, "AttentionDecoder")


@attention_decoder_generate(points=1)
def test_attention_decoder_generate_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """One id, one row, both."""
    generation.check_generate_small_sizes(student, reference, "AttentionDecoder")


@attention_decoder_generate(points=3)
def test_attention_decoder_generate_starts_afresh(student: Student, reference: SimpleNamespace) -> None:
    """The answer is the same whatever was read or written before."""
    generation.check_generate_afresh(student, reference, "AttentionDecoder")


@attention_decoder_generate(points=2)
def test_attention_decoder_generate_rows(student: Student, reference: SimpleNamespace) -> None:
    """Each row is answered as if it were alone."""
    generation.check_generate_rows(student, reference, "AttentionDecoder")


@attention_decoder_generate(points=1)
def test_attention_decoder_generate_ties(student: Student, reference: SimpleNamespace) -> None:
    """Of equal scores the smallest id wins."""
    generation.check_generate_ties(student, reference, "AttentionDecoder")


@attention_decoder_generate(points=1)
def test_attention_decoder_generate_leaves_its_input_alone(student: Student, reference: SimpleNamespace) -> None:
    """enc_hs is still what it was."""
    generation.check_generate_inputs_untouched(student, reference, "AttentionDecoder")


@attention_decoder_backward(points=2)
def test_attention_decoder_backward_of_many_weights(student: Student, reference: SimpleNamespace) -> None:
    """By the chain rule, not by moving each number and looking what forward gives."""
    decoder.check_backward_of_many_weights(student, reference, "AttentionDecoder")
