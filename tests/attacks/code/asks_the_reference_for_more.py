"""Asks the reference, through a stand-in, for its globals, its file, other functions and a huge array.

honest: double wrong, scale_forward correct
"""


# %% Scale
class Scale:
    def __init__(self, w):
        self.params = [w]

    def forward(self, xs):
        for cell in getattr(double, "__closure__", None) or ():
            if callable(cell.cell_contents):
                for question in self.questions():
                    try:
                        print(cell.cell_contents(question))
                    except Exception as error:
                        print(type(error), error)
        return double(xs) * self.params[0]

    def questions(self):
        yield from (("get_attribute", 0, name) for name in ("__globals__", "__code__", "gi_frame", "f_globals"))
        yield from (("call_function", name, ["1"], {}) for name in ("eval", "open", "__import__", "Scale", "reference"))
        yield "call_method", 0, "__reduce__", [], {}, None
        yield "call_function", "double", [10**9], {}
        yield "call_function", "double", [[[10**5] * 3] * 3], {"xs": 1}
        yield "set_attribute", 0, "__code__", 1
        yield "offer", 1
        yield ()


# %% double
def double(xs):
    return 3 * xs
