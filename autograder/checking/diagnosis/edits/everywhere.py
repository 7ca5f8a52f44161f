"""The same change wherever something is written alike: a slip of thought is often made more than once."""

import ast

from autograder.checking.diagnosis.edits.build import called
from autograder.checking.diagnosis.edits.edit import Edit, Kind, together
from autograder.checking.diagnosis.edits.sites import Site

OF_A_CALL = (Kind.AXIS, Kind.KEEPDIM, Kind.DIVISOR)
DEAREST = 3  # what costs less may be done in several places


class Groups:
    """Edits that would be the same change in several places."""

    def __init__(self) -> None:
        self._alike: dict[str, list[Edit]] = {}
        self._node: ast.expr | None = None
        self._written = ""

    def add(self, site: Site, number: int, edit: Edit, new: ast.expr) -> None:
        """Take an edit, the `number`-th one of an expression, which puts `new` there."""
        if edit.cost >= DEAREST:
            return
        for key in self._keys(site, number, edit, new):
            self._alike.setdefault(key, []).append(edit)

    def edits(self) -> list[Edit]:
        """One edit for each change that could be made in more than one place."""
        found: dict[tuple[int, ...], Edit] = {}
        for group in self._alike.values():
            if len(group) > 1:
                found.setdefault(tuple(id(edit) for edit in group), together(group))
        return list(found.values())

    def _keys(self, site: Site, number: int, edit: Edit, new: ast.expr) -> list[str]:
        """What this change has in common with others: what it is made to, or what it does."""
        node, kind = site.node, edit.kind
        if isinstance(node, ast.Name):
            return [f"{node.id} as {new.id}"] if isinstance(new, ast.Name) else []
        if node is not self._node:
            self._node, self._written = node, ast.dump(node)
        keys = [f"{number} {site.called}{site.index}{site.whole}{site.default}{site.keyword} {self._written}"]
        if kind is Kind.FUNCTION and isinstance(node, ast.Attribute) and isinstance(new, ast.Attribute):
            keys.append(f".{node.attr} as .{new.attr}")
        elif kind is Kind.COMPARISON and isinstance(node, ast.Compare) and isinstance(new, ast.Compare):
            keys.append(f"{type(node.ops[0])} as {type(new.ops[0])}")
        elif isinstance(node, ast.Call) and isinstance(new, ast.Call):
            if kind in OF_A_CALL:
                keys.append(f"{kind} {_given(node)} as {_given(new)}")
            elif kind is Kind.OPTION:
                keys.append(f"{called(node)} with {ast.dump(new.keywords[-1])}")
        return keys


def _given(node: ast.Call) -> str:
    """Arguments of a call, without a tensor that is handed in before them."""
    arguments = [each for each in node.args if isinstance(each, ast.Constant | ast.UnaryOp | ast.Tuple)]
    return " ".join(ast.dump(each) for each in (*arguments, *node.keywords))
