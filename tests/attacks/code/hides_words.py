"""Raises exceptions whose text controls the terminal, reverses the direction of writing, or has no width.

honest: double wrong, scale_forward correct
says: raised Hidden: "\\x1b[2J\\x1b[1A
"""

# %% first
raise type("Hidden", (Exception,), {})("\x1b[2J\x1b[1A\u202e.stniop 001 fo 001\u200b\u2066\x07\x9b1A")


# %% double
def double(xs):
    raise type("Cor\u200brect\u202e", (Exception,), {})("\x1b[2J\x1b[1A\u202e.stniop 04 fo 04\u2028\u200b\ufeff")
