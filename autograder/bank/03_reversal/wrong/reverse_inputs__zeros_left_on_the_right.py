"""loses reverse_inputs: zeros at the end of a row are taken for padding and stay there"""

def reverse_inputs(xs):
    rows = []
    for row in xs.tolist():
        zeros = 0
        while row and row[-1] == 0:
            row.pop()
            zeros += 1
        rows.append(row[::-1] + [0] * zeros)
    return np.array(rows, dtype=xs.dtype)
