"""Sends a small frame that would take gigabytes when decoded.

honest: double wrong, scale_forward correct
"""


# %% double
def double(xs):
    import gc

    from autograder.agent.wire import Channel

    (channel,) = [thing for thing in gc.get_objects() if isinstance(thing, Channel)]
    maps = 60 * 2**20
    channel.connection.sendall((maps + 5).to_bytes(4, "big") + b"\xdd" + maps.to_bytes(4, "big") + b"\x80" * maps)
    return 3 * xs
