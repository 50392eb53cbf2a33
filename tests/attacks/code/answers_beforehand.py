"""Sends several answers at once, meant to pass for answers to later questions.

honest: double wrong, scale_forward correct
"""


# %% double
def double(xs):
    import gc

    from autograder.agent.wire import Channel

    (channel,) = [thing for thing in gc.get_objects() if isinstance(thing, Channel)]
    for value in (True, 40.0, 3 * xs, {"passed": True}):
        channel.send(("value", value))
    return 3 * xs
