"""keeps all: the rows of a copy are reversed in place"""

def reverse_inputs(xs):
    xs = xs.copy()
    for row in xs:
        row[:] = row[::-1].copy()
    return xs
