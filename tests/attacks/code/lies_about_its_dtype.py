"""Sends an array whose header states another dtype and shape than its bytes have.

honest: double wrong, scale_forward correct
"""


# %% double
def double(xs):
    import gc
    import struct

    import msgpack

    from autograder.agent.wire import Channel

    (channel,) = [thing for thing in gc.get_objects() if isinstance(thing, Channel)]
    name = b"float64"
    for shape in ((2**62, 4), (0, 2**63), (3,)):
        head = struct.pack(f">BB{len(name)}s{len(shape)}Q", len(name), len(shape), name, *shape)
        frame = msgpack.packb({"__tuple__": ["value", msgpack.ExtType(1, head + b"\0" * 8)]})
        channel.connection.sendall(len(frame).to_bytes(4, "big") + frame)
    return 3 * xs
