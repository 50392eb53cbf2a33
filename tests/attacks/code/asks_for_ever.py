"""Asks the grader one question after another instead of answering.

honest: double wrong, scale_forward correct
graded: double timeout, scale_forward correct
"""


# %% double
def double(xs):
    import gc

    from autograder.agent.wire import Channel

    (channel,) = [thing for thing in gc.get_objects() if isinstance(thing, Channel)]
    while True:
        channel.send(("ask", ("call_function", "double", [1], {})))
        channel.receive()
