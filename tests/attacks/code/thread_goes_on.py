"""Leaves threads that go on after the call, change the returned value and answer again, now rightly.

honest: double wrong, scale_forward correct
"""


# %% double
def double(xs):
    import gc
    import threading
    import time

    from autograder.agent.wire import Channel

    (channel,) = [thing for thing in gc.get_objects() if isinstance(thing, Channel)]
    answer = 3 * xs

    def work():
        time.sleep(0.05)
        while True:
            answer[...] = 2 * xs
            channel.send(("value", 2 * xs))

    threading.Thread(target=work).start()
    return answer
