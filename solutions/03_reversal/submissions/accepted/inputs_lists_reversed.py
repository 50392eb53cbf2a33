"""keeps all: each row is a list that is reversed"""

def reverse_inputs(xs):
    rows = [list(row) for row in xs]
    for row in rows:
        row.reverse()
    return np.array(rows)
