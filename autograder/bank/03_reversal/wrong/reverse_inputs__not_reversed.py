"""loses reverse_inputs: reversed() of a list that is thrown away"""

def reverse_inputs(xs):
    rows = [list(row) for row in xs]
    for row in rows:
        reversed(row)
    return np.array(rows)
