"""loses bi_attention_seq2seq: is 05's model under a new name"""

from given import AttentionSeq2seq


class BiAttentionSeq2seq(AttentionSeq2seq):
    """The encoder reads both ways."""
