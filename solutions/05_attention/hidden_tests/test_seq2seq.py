"""Assignment 05, the whole model: attention_seq2seq."""

from __future__ import annotations

from autograder.testing.question import Question
from autograder.testing.sequence_models.model_pair import STATE
from autograder.testing.sequence_models.seq2seq import Seq2seqInOneQuestion


class TestAttentionSeq2seq(Seq2seqInOneQuestion):
    """A model whose decoder looks back at its source."""

    name = "AttentionSeq2seq"
    forward = backward = generate = Question(
        "attention_seq2seq",
        settable=STATE,
        timeout_s=30,
        given=(
            "weight_sum",
            "attention_weight",
            "attention",
            "time_attention",
            "attention_encoder",
            "attention_decoder_forward",
            "attention_decoder_backward",
            "attention_decoder_generate",
        ),
        hint="Which two parts does it have, what does one hand to the other, and whose params stand first in the list?",
    )
