"""A class of honest students whose notebooks were deformed: each answers all questions, most of them right, before.

A new deformation is a line here, and a function in `deformed.py`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from .course import RIGHT, Copy
from .deformed import (
    HELPED,
    HELPER,
    ZEROS,
    answer_in_the_checks_cell,
    beside_a_fresh_one,
    both,
    changed_setup,
    colab,
    colab_without_marks,
    copied,
    deepnote,
    earlier_release,
    emptied,
    encoded,
    exchanged,
    helper_in_an_own_cell,
    ids_changed,
    in_a_folder,
    kaggle,
    later_attempt,
    lesson_helper,
    magics,
    merged,
    merged_with_the_lesson,
    nbformat_3,
    outputs_of_25_mb,
    put,
    renamed,
    reordered,
    retyped,
    round_trip,
    split,
    stub_left,
    vs_code,
    written_anew,
    wrong,
)


class Deformed(NamedTuple):
    """A student's name, what is done to the copy, what it is, and how many points each question must get at the desk."""

    student: str
    what: str
    deform: Callable[[Copy], Any]
    softmax: float = 4.0
    relu: float = 2.0


CLASS = (
    Deformed("as_it_is", "nothing", lambda copy: None),
    Deformed("as_it_is_wrong", "nothing, both wrong", lambda copy: wrong(copy, "softmax", "relu"), 0, 0),
    # files
    Deformed("second_download", "the file called 1_first (1).ipynb", renamed("1_first (1).ipynb")),
    Deformed("copy1", "the file called 1_first-Copy1.ipynb", renamed("1_first-Copy1.ipynb")),
    Deformed("dash_copy", "the file called 1_First - copy.IPYNB", renamed("1_First - copy.IPYNB")),
    Deformed("name_before", "a student's name before the file's", renamed("Ada Lovelace_1_first.ipynb")),
    Deformed("name_after", "a student's name behind the file's, relu wrong",
             both(lambda c: wrong(c, "relu"), renamed("1_first_ada.lovelace_FINAL.ipynb")), 4, 0),
    Deformed("other_name", "the file called homework.ipynb", renamed("homework.ipynb")),
    Deformed("exchanged", "the names of two notebooks exchanged", exchanged),
    Deformed("in_a_folder", "the notebooks in a folder of an archive", in_a_folder),
    Deformed("fresh_beside", "a fresh download beside the one that was worked on", beside_a_fresh_one("1_first (1).ipynb")),
    Deformed("checkpoint", "a restored checkpoint beside a fresh download", beside_a_fresh_one("1_first-checkpoint.ipynb")),
    Deformed("large", "25 MB of outputs", outputs_of_25_mb),
    Deformed("byte_order_mark", "a byte order mark, line ends of Windows", encoded("utf-8-sig", "\r\n")),
    Deformed("utf_16", "UTF-16, as PowerShell writes files", encoded("utf-16")),
    # tools
    Deformed("emptied", "all metadata emptied, cell ids as they were", emptied),
    Deformed("colab", "as saved by Colab: nbformat 4.0, no cell ids", colab),
    Deformed("colab_emptied", "the same without nbgrader's metadata, relu wrong",
             both(lambda c: wrong(c, "relu"), colab_without_marks), 4, 0),
    Deformed("deepnote", "as saved by Deepnote: other metadata, other cell ids", deepnote),
    Deformed("kaggle", "as saved by Kaggle: other metadata, no cell ids", kaggle),
    Deformed("vs_code", "as saved by VS Code", vs_code),
    Deformed("jupytext", "through jupytext's percent format and back", round_trip("py:percent")),
    Deformed("jupytext_plain", "the same without metadata",
             round_trip("py:percent", cell_metadata_filter="-all", notebook_metadata_filter="-all")),
    Deformed("markdown", "through jupytext's Markdown and back", round_trip("md")),
    Deformed("nbformat_3", "in nbformat 3", nbformat_3),
    Deformed("earlier", "an earlier release of the course", earlier_release),
    # cells
    Deformed("split", "the answer's cell split in two", lambda c: split(c, HELPER, HELPED)),
    Deformed("split_in_three", "the answer's cell split in three",
             lambda c: split(c, "from torch import exp", HELPER, HELPED.replace("shifted(z).exp()", "exp(shifted(z))"))),
    Deformed("split_inside", "an own cell between the parts",
             lambda c: (split(c, HELPER, HELPED), put(c, "print(shifted(torch.zeros(3)))", "softmax-answer"))),
    Deformed("merged_with_check", "answer and check merged", lambda c: merged(c, "softmax-answer", "softmax", marked="softmax-answer")),
    Deformed("merged_as_check", "the same, with the check's metadata", lambda c: merged(c, "softmax-answer", "softmax", marked="softmax")),
    Deformed("merged_with_lesson", "answer merged into the lesson's cell, wrong",
             both(lambda c: wrong(c, "relu"), merged_with_the_lesson), 4, 0),
    Deformed("merged_answers", "both answers in one cell", lambda c: (
        put(c, "", "softmax-answer"), merged(c, "softmax-answer", "relu-answer", marked="softmax-answer"))),
    Deformed("anew", "the answer deleted and written in a new cell", written_anew),
    Deformed("stub_left", "the stub left, the answer in a new cell", stub_left),
    Deformed("in_check", "the answer in the check's cell", answer_in_the_checks_cell),
    Deformed("as_lambda", "the answer as a lambda in a new cell, the other cell deleted", lambda c: (
        put(c, "relu = lambda z: z.clamp(min=0)", "relu-answer"), c.first["cells"].remove(c.cell("relu-answer")))),
    Deformed("under_if", "the answer under a condition", lambda c: c.answer(
        "relu", "if True:\n    def relu(z):\n        return z.clamp(min=0)")),
    Deformed("in_setup", "an import and a constant in the setup cell", changed_setup),
    Deformed("helper", "a helper in an own cell below the answer", helper_in_an_own_cell),
    Deformed("lesson_helper", "a helper, a constant and an import in the lesson's cell", lesson_helper),
    Deformed("reordered", "exercises in another order, a helper that moved along", reordered),
    Deformed("wrong_then_right", "the answer's cell copied: a wrong attempt, then the right one", copied(ZEROS["softmax"], RIGHT["softmax"])),
    Deformed("right_then_wrong", "the answer's cell copied: the right one, then a wrong attempt", copied(RIGHT["softmax"], ZEROS["softmax"]), 0),
    Deformed("later_attempt", "a wrong attempt in a cell at the end", later_attempt),
    Deformed("magics", "magics in answers and cells", magics),
    Deformed("retyped", "text as code, code as text", retyped),
    Deformed("ids_changed", "cells renamed", ids_changed),
)  # fmt: skip
