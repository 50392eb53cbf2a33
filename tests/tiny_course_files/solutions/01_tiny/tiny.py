# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Twice, and twice again
#
# | symbol | meaning | shape | name in code |
# | --- | --- | --- | --- |
# | $x$ | numbers | `(T,)` | `xs` |
# | $w$ | a factor | `(1,)` | `w` |

# %% nbgrader={"grade": false, "grade_id": "imports", "locked": true, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from given import ramp

# %% [markdown]
# ### double  Twice each number
#
# Every number times two.
#
# <details><summary>Hint 1</summary>What does NumPy do with an array and one number?</details>

# %% nbgrader={"grade": false, "grade_id": "double", "locked": false, "schema_version": 3, "solution": true, "task": false}
def double(xs):
    """Every number times two.

    xs       float (T,)
    returns  float (T,)
    """
    # double: about 1 line
    ### BEGIN SOLUTION
    doubled = 2 * xs
    return doubled
    ### END SOLUTION

# %% [markdown]
# By hand: 0, 1, 2 become 0, 2, 4.

# %% nbgrader={"grade": true, "grade_id": "double_check", "locked": true, "points": 40, "schema_version": 3, "solution": false, "task": false}
assert np.array_equal(double(ramp(3)), [0.0, 2.0, 4.0])

# %% [markdown]
# ### scale_forward  Double and scale
#
# Twice each number, times a weight.

# %% nbgrader={"grade": false, "grade_id": "Scale", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Scale:
    """A layer with one weight.

    w  float (1,)
    """

    def __init__(self, w):
        self.params = [w]
        self.grads = [np.zeros_like(w)]

    def forward(self, xs):
        """Twice each number, times the weight.

        xs       float (T,)
        returns  float (T,)
        """
        # scale_forward: about 1 line
        ### BEGIN SOLUTION
        (weight,) = self.params
        return double(xs) * weight
        ### END SOLUTION

# %% [markdown]
# By hand: 0, 1, 2 with weight 5 become 0, 10, 20.

# %% nbgrader={"grade": true, "grade_id": "scale_forward", "locked": true, "points": 60, "schema_version": 3, "solution": false, "task": false}
assert np.array_equal(Scale(np.array([5.0])).forward(ramp(3)), [0.0, 10.0, 20.0])

# %% [markdown]
# Try it on numbers of your own.

# %% tags=["skip-execution"]
double(np.array([1.5, 2.5]))
