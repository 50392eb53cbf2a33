"""Defines a class whose attributes, instances and methods behave differently at each access.

honest: double correct, scale_forward wrong
"""


# %% Scale
class Meta(type):
    def __call__(cls, *args):
        return cls

    def __getattr__(cls, name):
        return cls

    def __instancecheck__(cls, instance):
        return True


class Scale(metaclass=Meta):
    def forward(self, xs=None):
        return type(self)

    forward = property(forward)
