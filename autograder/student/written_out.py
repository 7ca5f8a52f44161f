"""The definition of a name, written out in Python's own layout with what it needs: for reading, not for keeping."""

import ast

from autograder.untrusted.python import Unreadable, parsed, walked, written


def source_of(name: str, cells: list[str]) -> str:
    """The definition of a name and of the top-level names it needs, in order, with the imports that they use.

    "" where there is none, or none that can be written out again.
    """
    imports: list[ast.Import | ast.ImportFrom] = []
    defined: dict[str, ast.stmt] = {}
    for cell in cells:
        try:
            body = parsed(cell).body
        except Unreadable:
            continue
        for node in body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                imports.append(node)
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                node.decorator_list = []
                defined[node.name] = node
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = [n.id for target in targets for n in walked(target) if isinstance(n, ast.Name)]
                defined |= dict.fromkeys(names, node)
    needed: dict[str, ast.stmt] = {}
    waiting = [name]
    followed = set[int]()  # many names may have one value
    while waiting:
        wanted = waiting.pop()
        if wanted in defined and wanted not in needed:
            needed[wanted] = node = defined[wanted]
            if id(node) not in followed:
                followed.add(id(node))
                waiting += [n.id for n in walked(node) if isinstance(n, ast.Name)]
    if name not in needed:
        return ""
    wanted_nodes = {id(node): node for node in needed.values()}
    try:
        ordered = dict.fromkeys(written(node) for node in dict.fromkeys(defined.values()) if id(node) in wanted_nodes)
    except Unreadable:  # nested too deep to be written out again
        return ""
    used = {n.id for n in walked(*wanted_nodes.values()) if isinstance(n, ast.Name)}
    needs = [ast.unparse(node) for node in imports if {(a.asname or a.name).split(".")[0] for a in node.names} & used]
    return "\n".join([*dict.fromkeys(needs), *ordered]) + "\n"
