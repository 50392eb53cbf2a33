"""Damage by programs that save, export or import a notebook, unnoticed by the student."""

from __future__ import annotations

import json

import jupytext
import nbformat
from restore.damage.draft import ONE, Draft, code, forget, grade_id, kind, text


def _with_lines(drafted: Draft) -> None:
    for cell in drafted.cells:
        cell["source"] = cell["source"].splitlines(keepends=True)


@kind("Colab")
def saved_by_colab(drafted: Draft) -> None:
    """Saves as format 4.0: cell ids become metadata, `colab` and `outputId` are added, a badge cell is put on top."""
    drafted.content |= {
        "nbformat_minor": 0,
        "metadata": {"colab": {"provenance": []}, "kernelspec": {"name": "python3"}},
    }
    for number, cell in enumerate(drafted.cells):
        cell.pop("id")
        cell["metadata"] |= {
            "id": f"aB{number:010d}",
            "colab": {"base_uri": "https://localhost:8080/"},
            "outputId": "0",
        }
    drafted.cells.insert(0, text('<a href="#">Open In Colab</a>', id="view-in-github", colab_type="text"))
    _with_lines(drafted)


@kind("Colab")
def cells_copied_into_a_new_colab_notebook(drafted: Draft) -> None:
    """Cells pasted into another notebook keep their text and get Colab's metadata, not nbgrader's."""
    drafted.content["nbformat_minor"] = 0
    for number, cell in enumerate(drafted.cells):
        forget(cell)
        cell["metadata"] = {"id": f"aB{number:010d}", "colab_type": "code"}


@kind("Colab")
def colab_forms(drafted: Draft) -> None:
    """A form puts `#@title` above a cell's code and `cellView` into its metadata."""
    for cell in drafted.cells:
        if cell["cell_type"] == "code":
            cell["metadata"]["cellView"] = "form"
            cell["source"] = f"#@title {grade_id(cell) or 'Try it'}\n" + cell["source"]


@kind("Colab", about="function")
def import_added_to_the_locked_cell(drafted: Draft) -> None:
    """Ignores `editable: false`: a student adds `import numpy` to the imports, and an answer uses it."""
    drafted.cell("imports")["source"] += "\nimport numpy\n"
    drafted.cell(drafted.function)["source"] = drafted.cell(drafted.function)["source"].replace("np.", "numpy.")


@kind("VS Code")
def saved_by_vs_code(drafted: Draft) -> None:
    """Adds `vscode.languageId`, makes new cell ids, drops empty cells, ends texts without a line end."""
    for number, cell in enumerate(drafted.cells):
        cell["metadata"]["vscode"] = {"languageId": "python"}
        cell["id"] = f"{number:08x}"
        cell["source"] = cell["source"].rstrip()
    drafted.content["cells"] = [cell for cell in drafted.cells if cell["source"]]


@kind("VS Code")
def locked_cells_deleted(drafted: Draft) -> None:
    """Ignores `deletable: false`: all check cells and the imports are gone."""
    locked = [cell for cell in drafted.cells if cell["metadata"].get("nbgrader", {}).get("locked")]
    drafted.content["cells"] = [cell for cell in drafted.cells if cell not in locked]


@kind("VS Code")
def exported_to_a_script_and_opened_again(drafted: Draft) -> None:
    """Export to Python and Import keep texts between `# %%` lines; all metadata is lost."""
    return _through(drafted, "py:hydrogen")


@kind("jupytext")
def percent_script_without_metadata(drafted: Draft) -> None:
    """To a percent script and back with `cell_metadata_filter: -all`."""
    return _through(drafted, "py:percent")


@kind("jupytext")
def light_script_without_metadata(drafted: Draft) -> None:
    """To a light script and back: cells are split and merged at blank lines as well."""
    return _through(drafted, "py:light")


@kind("jupytext")
def markdown_without_metadata(drafted: Draft) -> None:
    """To Markdown and back with `cell_metadata_filter: -all`."""
    return _through(drafted, "md")


def _through(drafted: Draft, fmt: str) -> None:
    notebook = nbformat.from_dict(drafted.content)
    notebook.metadata["jupytext"] = {"cell_metadata_filter": "-all", "notebook_metadata_filter": "-all"}
    back = jupytext.reads(jupytext.writes(notebook, fmt=fmt), fmt=fmt)
    drafted.content = json.loads(nbformat.writes(back))
    assert not any(grade_id(cell) for cell in drafted.cells)
    for cell in drafted.cells:
        cell["source"] = "".join(cell["source"])


@kind("nbconvert")
def script_pasted_into_one_cell(drafted: Draft) -> None:
    """`nbconvert --to script`, then the whole script pasted into one cell of a new notebook."""
    parts = ["#!/usr/bin/env python\n# coding: utf-8\n"]
    for cell in drafted.cells:
        lines = cell["source"].split("\n")
        parts.append("# In[ ]:\n\n\n" + cell["source"] if cell["cell_type"] == "code" else "# " + "\n# ".join(lines))
    drafted.content["cells"] = [code("\n\n".join(parts))]


@kind("Jupyter Notebook 7")
def saved_by_notebook_7(drafted: Draft) -> None:
    """Adds `trusted`, `scrolled`, `collapsed`, times of execution, and outputs."""
    for number, cell in enumerate(drafted.cells):
        cell["metadata"] |= {"trusted": True, "scrolled": False, "collapsed": False, "editable": True}
        if cell["cell_type"] == "code":
            cell["metadata"]["execution"] = {"iopub.execute_input": "2026-11-20T10:00:00.000000Z"}
            cell |= {
                "execution_count": number,
                "outputs": [{"name": "stdout", "output_type": "stream", "text": ["1\n"]}],
            }
    _with_lines(drafted)


@kind("JupyterLab")
def cell_ids_duplicated(drafted: Draft) -> None:
    """Merging files by hand leaves cells with the same id."""
    for cell in drafted.cells:
        cell["id"] = "same"


@kind("a program that keeps only the id")
def nbgrader_flags_lost(drafted: Draft) -> None:
    """Only the id is left of nbgrader's metadata: no schema version, no locked cell, no solution cell."""
    for cell in drafted.cells:
        if grade_id(cell):
            cell["metadata"] = {"nbgrader": {"grade_id": grade_id(cell)}}


@kind("PyCharm")
def saved_by_pycharm(drafted: Draft) -> None:
    """Adds `pycharm.name` and a line `#%%` on top of the code, and drops the metadata of cells it recreated."""
    for cell in drafted.cells:
        is_code = cell["cell_type"] == "code"
        forget(cell)
        cell["metadata"] = {"pycharm": {"name": "#%%\n" if is_code else "#%% md\n"}, "collapsed": False}
        cell["source"] = "#%%\n" + cell["source"] if is_code else "\n" + cell["source"] + "\n"


@kind("Deepnote")
def through_deepnote(drafted: Draft) -> None:
    """Blocks carry `cell_id`, `deepnote_cell_type` and a hash, and a footer cell names the program."""
    for number, cell in enumerate(drafted.cells):
        forget(cell)
        cell["metadata"] = {"cell_id": f"{number:032x}", "deepnote_cell_type": cell["cell_type"], "source_hash": "0"}
    drafted.cells.append(text("<a>Created in Deepnote</a>", created_in_deepnote_cell=True))


@kind("Kaggle")
def through_kaggle(drafted: Draft) -> None:
    """Cells carry `_uuid` and `_cell_guid`; their other metadata is lost."""
    drafted.content["nbformat_minor"] = 4
    for number, cell in enumerate(drafted.cells):
        forget(cell)
        cell["metadata"] = {"_uuid": f"{number:032x}", "_cell_guid": f"{number:032x}", "trusted": True}


@kind("vim-jukit")
def metadata_replaced(drafted: Draft) -> None:
    """On export from its own format it replaces all metadata and ids."""
    for cell in drafted.cells:
        forget(cell)
        cell["metadata"] = {"jukit": {"cell_id": "x"}}


@kind("Windows editors")
def windows_line_ends(drafted: Draft) -> bytes:
    """The file begins with a byte order mark; its lines, and those of the cells' texts, end with CR LF."""
    for cell in drafted.cells:
        cell["source"] = "\ufeff" + cell["source"].replace("\n", "\r\n")
    return json.dumps(drafted.content, indent=1).replace("\n", "\r\n").encode("utf-8-sig")


@kind("an editor that converts indentation")
def tabs_for_spaces(drafted: Draft) -> None:
    """Every four leading spaces become a tab, in every code cell."""
    for cell in drafted.cells:
        if cell["cell_type"] == "code":
            lines = cell["source"].split("\n")
            depths = [(len(line) - len(line.lstrip(" "))) // 4 for line in lines]
            cell["source"] = "\n".join("\t" * n + line[4 * n :] for n, line in zip(depths, lines, strict=True))


@kind("an exporter")
def lines_without_their_ends(drafted: Draft) -> None:
    """`source` is a list of lines without line ends."""
    for cell in drafted.cells:
        cell["source"] = cell["source"].split("\n")


@kind("IPython 2")
def saved_as_format_3(drafted: Draft) -> bytes:
    """Format 3: worksheets, `input` for `source`, headings as cells."""
    old = nbformat.convert(nbformat.from_dict(drafted.content), 3)
    return nbformat.writes(old, version=nbformat.NO_CONVERT).encode()


@kind("an answer typed anew")
def answers_in_new_cells(drafted: Draft) -> None:
    """The student pasted each answer into a new cell below and emptied the one handed out."""
    for id in drafted.answers:
        place = drafted.place(id)
        drafted.cells.insert(place + 1, code(drafted.cells[place]["source"]))
        drafted.cells[place]["source"] = "" if drafted.id == ONE else drafted.stub(id)["source"]
