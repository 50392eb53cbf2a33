"""loses reverse_inputs: the caller's array is reversed as well"""

def reverse_inputs(xs):
    for row in xs:
        row[:] = row[::-1].copy()
    return xs
