"""Damage by editors: cells split, merged, copied, moved, turned into text, or merged by git and nbdime."""

from __future__ import annotations

import json
import random

from restore.damage.draft import METHOD, REFUSED, SAID, Draft, code, copied, forget, grade_id, kind, text

WRONG = "\n    return None\n"


def _wrong(drafted: Draft) -> str:
    """An older try at the function."""
    return drafted.stub(drafted.function)["source"].partition("\n")[0] + WRONG


def _split(drafted: Draft, id: str, index: int) -> tuple[dict, dict]:
    """Split a cell into two, as JupyterLab does: copy the metadata, strip line ends at the cut."""
    whole = drafted.cell(id)
    upper = copied(whole, source=whole["source"][:index].strip("\n"))
    lower = copied(whole, source=whole["source"][index:].strip("\n"))
    place = drafted.place(id)
    drafted.cells[place : place + 1] = [upper, lower]
    return upper, lower


def _method(drafted: Draft) -> int:
    return drafted.cell(drafted.a_class)["source"].index(f"    def {METHOD[drafted.id]}(")


def _merge(drafted: Draft, first: str, *others: str) -> None:
    """Merge cells as JupyterLab does: the first one's metadata, a blank line between the texts."""
    merged = drafted.cell(first)
    merged["source"] = "\n\n".join(drafted.cell(id)["source"] for id in (first, *others))
    for id in others:
        drafted.cells.remove(drafted.cell(id))


@kind("JupyterLab, Split Cell")
def class_split_above_a_method(drafted: Draft) -> None:
    """The cursor stood at the beginning of a method's line; both halves carry the id."""
    _split(drafted, drafted.a_class, _method(drafted))


@kind("JupyterLab, Split Cell")
def class_split_at_a_methods_def(drafted: Draft) -> None:
    """The cursor stood between the indentation and `def`: the lower half begins without it."""
    _split(drafted, drafted.a_class, _method(drafted) + 4)


@kind("VS Code, Split Cell")
def class_split_and_the_id_lost(drafted: Draft) -> None:
    """The lower half is a new cell without nbgrader's metadata."""
    forget(_split(drafted, drafted.a_class, _method(drafted))[1])


@kind("JupyterLab, Split Cell")
def function_split_above_its_return(drafted: Draft) -> None:
    """Both halves can be run; the upper one gives None."""
    source = drafted.cell(drafted.function)["source"]
    _split(drafted, drafted.function, source.rindex("    return "))


@kind("JupyterLab, Split Cell")
def function_split_in_its_docstring(drafted: Draft) -> None:
    """Neither half can be read by itself."""
    _split(drafted, drafted.function, drafted.cell(drafted.function)["source"].index('"""') + 9)


@kind("JupyterLab, Split Cell")
def class_split_into_three(drafted: Draft) -> None:
    """Twice in one class, the second time inside a method."""
    lower = _split(drafted, drafted.a_class, _method(drafted))[1]
    forget(lower)
    place, index = drafted.cells.index(lower), lower["source"].rindex("\n        ")
    rest = copied(lower, source=lower["source"][index:].strip("\n"))
    lower["source"] = lower["source"][:index]
    drafted.cells.insert(place + 1, rest)


@kind("JupyterLab, Merge Cells")
def two_answers_merged(drafted: Draft) -> None:
    """The merged cell has the first one's metadata; the other id is gone."""
    _merge(drafted, *drafted.answers[:2])


@kind("JupyterLab, Merge Cells")
def all_answers_merged(drafted: Draft) -> None:
    """Several answers in one cell, in their order."""
    _merge(drafted, *drafted.answers)


@kind("Colab, Merge Cells")
def imports_merged_with_an_answer(drafted: Draft) -> None:
    """The locked cell's metadata over the answer's code."""
    _merge(drafted, "imports", drafted.function)


@kind("Colab, Merge Cells")
def check_merged_into_the_answer_above(drafted: Draft) -> None:
    """A locked cell's code at the end of an answer's."""
    _merge(drafted, drafted.function, grade_id(drafted.check_of(drafted.function)))


@kind("Colab, Merge Cells")
def answer_merged_into_the_check_above(drafted: Draft) -> None:
    """The check cell's metadata over the next answer's code."""
    second = drafted.answers[1]
    above = [grade_id(cell) for cell in drafted.cells[: drafted.place(second)] if grade_id(cell)][-1]
    _merge(drafted, above, second)


@kind("Colab, Merge Cells")
def answer_merged_with_the_training(drafted: Draft) -> None:
    """The code that trains for minutes is above the answer, in the same cell."""
    last = drafted.answers[-1]
    training = next(cell for cell in drafted.cells if grade_id(cell).endswith("_training"))
    drafted.cell(last)["source"] = training["source"] + "\n\n" + drafted.cell(last)["source"]
    drafted.cells.remove(training)


@kind("JupyterLab, copy and paste")
def stub_pasted_below_the_answer(drafted: Draft) -> None:
    """The cell as handed out was kept at the end, with its id."""
    drafted.cells.append(drafted.stub(drafted.a_class))


@kind("any editor")
def answer_in_a_new_cell_above_the_stub(drafted: Draft) -> None:
    """The stub keeps the id and would override the answer."""
    for id in drafted.answers:
        place = drafted.place(id)
        drafted.cells[place : place + 1] = [code(drafted.cells[place]["source"]), drafted.stub(id)]


@kind("any editor")
def answer_above_the_stub_in_one_cell(drafted: Draft) -> None:
    """The student wrote above the stub and left the stub there."""
    for id in drafted.answers:
        drafted.cell(id)["source"] += "\n\n\n" + drafted.stub(id)["source"]


@kind("any editor")
def methods_above_their_stubs(drafted: Draft) -> None:
    """The student wrote methods above their stubs inside a class."""
    stubs = drafted.stub(drafted.a_class)["source"]
    drafted.cell(drafted.a_class)["source"] += "\n\n" + stubs[stubs.index("    def forward") :]


@kind("any editor", about="function")
def answer_by_assignment_above_the_stub(drafted: Draft) -> None:
    """`name = other_name` in a cell of its own, above the stub."""
    cell = drafted.cell(drafted.function)
    mine = cell["source"].replace(f"def {drafted.function}(", "def my_answer(") + f"\n\n{drafted.function} = my_answer"
    drafted.cells.insert(drafted.place(drafted.function), code(mine))
    cell["source"] = drafted.stub(drafted.function)["source"]


@kind("JupyterLab, copy and paste")
def whole_notebook_pasted_twice(drafted: Draft) -> None:
    """Select all, copy, paste: every id occurs twice."""
    drafted.content["cells"] = [*drafted.cells, *[copied(cell) for cell in drafted.cells]]


@kind("JupyterLab, copy and paste")
def blank_notebook_pasted_below(drafted: Draft) -> None:
    """All cells as handed out are below those with the answers."""
    blank = [drafted.stub(grade_id(cell)) for cell in drafted.cells if grade_id(cell)]
    drafted.content["cells"] = [*drafted.cells, *blank]


@kind("any editor")
def answers_under_each_others_ids(drafted: Draft) -> None:
    """Each answer was pasted into the next answer's cell."""
    cells = [drafted.cell(id) for id in drafted.answers]
    sources = [cell["source"] for cell in cells]
    for cell, source in zip(cells, [sources[-1], *sources[:-1]], strict=True):
        cell["source"] = source


@kind("JupyterLab, Move Cell")
def cells_in_reverse_order(drafted: Draft) -> None:
    """The last cell comes first: a class is above its base class."""
    drafted.cells.reverse()


@kind("JupyterLab, cut and paste")
def cells_shuffled(drafted: Draft) -> None:
    """Cells in no order at all."""
    random.Random(7).shuffle(drafted.cells)


@kind("JupyterLab, key M")
def answer_turned_into_markdown(drafted: Draft) -> None:
    """A key pressed outside the cell turned it into text; the metadata stays."""
    drafted.cell(drafted.function)["cell_type"] = "markdown"


@kind("JupyterLab, key R")
def answers_turned_into_raw_text(drafted: Draft) -> None:
    """Every answer's cell was turned into raw text."""
    for id in drafted.answers:
        drafted.cell(id)["cell_type"] = "raw"


@kind("JupyterLab, key M")
def checks_turned_into_markdown(drafted: Draft) -> None:
    """Every check cell was turned into text."""
    for cell in drafted.cells:
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            cell["cell_type"] = "markdown"


@kind("any editor", about="function")
def helper_below_its_use(drafted: Draft) -> None:
    """The answer's helper is defined at the end of the notebook."""
    _with_helper(drafted)


@kind("JupyterLab, copy and paste", about="function")
def helper_in_a_copy_of_a_skipped_cell(drafted: Draft) -> None:
    """The helper was typed into a copy of the training cell, whose tag says not to run it."""
    _with_helper(drafted, tags=["skip-execution"])


def _with_helper(drafted: Draft, **metadata: list[str]) -> None:
    cell, name = drafted.cell(drafted.function), drafted.function
    head = cell["source"].partition("\n")[0]
    arguments = head[head.index("(") + 1 : head.rindex(")")]
    drafted.cells.append(code(cell["source"].replace(f"def {name}(", "def the_helper("), **metadata))
    cell["source"] = f"{head}\n    return the_helper({arguments})"


@kind("JupyterLab, copy and paste")
def older_try_above(drafted: Draft) -> None:
    """A copy of the cell with a wrong try is above the right one: the last one counts."""
    cell = drafted.cell(drafted.function)
    drafted.cells.insert(drafted.place(drafted.function), copied(cell, source=_wrong(drafted)))


@kind("JupyterLab, copy and paste", outcome=SAID, about="function")
def older_try_below(drafted: Draft) -> None:
    """A copy of the cell with a wrong try is below the right one."""
    drafted.cells.append(copied(drafted.cell(drafted.function), source=_wrong(drafted)))


@kind("Colab, copy and paste", outcome=SAID, about="function")
def older_try_below_without_an_id(drafted: Draft) -> None:
    """A copy of the cell with a wrong try is below the right one and has lost its metadata."""
    drafted.cells.append(code(_wrong(drafted)))


@kind("any editor", about="function")
def answer_overwritten_by_a_result(drafted: Draft) -> None:
    """`name = ...` in a cell below, with the name of the answer."""
    drafted.cells.append(code(f"{drafted.function} = 0.5"))


@kind("any editor", about="function")
def answer_deleted_below(drafted: Draft) -> None:
    """`del name` in a cell below the answer."""
    drafted.cells.append(code(f"del {drafted.function}"))


@kind("any editor", about="function")
def all_names_deleted_at_the_end(drafted: Draft) -> None:
    """`%reset -f` in the last cell."""
    drafted.cells.append(code("%reset -f"))


@kind("any editor")
def kernel_ended_in_a_cell(drafted: Draft) -> None:
    """`exit()` in a cell between the answers."""
    drafted.cells.insert(drafted.place(drafted.function) + 1, code("exit()"))


@kind("an editor that indents with tabs", outcome=SAID, about="function")
def tabs_and_spaces_mixed(drafted: Draft) -> None:
    """One line of an answer is indented with a tab, the others with spaces: Python refuses to read the cell."""
    head, _, rest = drafted.cell(drafted.function)["source"].rpartition("\n    ")
    drafted.cell(drafted.function)["source"] = f"{head}\n\t{rest}"


@kind("nbdime")
def both_versions_kept_as_cells(drafted: Draft) -> None:
    """Where two versions conflict it keeps both cells, between text cells with conflict markers."""
    place = drafted.place(drafted.function)
    theirs, mine = copied(drafted.cells[place], source=_wrong(drafted)), drafted.cells[place]
    marks = [
        text(f'<span style="color:red">**{mark}**</span>') for mark in ("<<<<<<< local", "=======", ">>>>>>> remote")
    ]
    drafted.cells[place : place + 1] = [marks[0], theirs, marks[1], mine, marks[2]]


@kind("nbdime", outcome=REFUSED, about="function")
def both_versions_kept_in_one_cell(drafted: Draft) -> None:
    """Where two versions conflict it keeps both texts in one cell, between conflict markers."""
    cell = drafted.cell(drafted.function)
    cell["source"] = f"<<<<<<< local\n{_wrong(drafted)}=======\n{cell['source']}\n>>>>>>> remote"


@kind("git", outcome=REFUSED, about="class")
def marks_of_a_merge_in_the_file(drafted: Draft) -> bytes:
    """git merges lines, not cells: its conflict markers are in the file, which is no longer a notebook."""
    lines = json.dumps(drafted.content, indent=1).split("\n")
    number = next(n for n, line in enumerate(lines) if f"class {drafted.a_class}" in line and '"source"' in line)
    return "\n".join(
        [
            *lines[:number],
            "<<<<<<< HEAD",
            lines[number],
            "=======",
            lines[number],
            ">>>>>>> theirs",
            *lines[number + 1 :],
        ]
    ).encode()


@kind("a script of one's own", outcome=REFUSED, about="class")
def cell_without_a_source(drafted: Draft) -> None:
    """A cell has lost its text entirely."""
    del drafted.cell(drafted.a_class)["source"]
