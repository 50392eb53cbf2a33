"""keeps all: each row is popped from its end until it is empty"""

def reverse_inputs(xs):
    rows = []
    for row in xs.tolist():
        turned = []
        while row:
            turned.append(row.pop())
        rows.append(turned)
    return np.array(rows, dtype=xs.dtype)
