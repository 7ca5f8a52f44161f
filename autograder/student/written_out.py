"""The definition of a name, written out in Python's own layout with what it needs: for reading, not for keeping."""

import ast


def source_of(name: str, cells: list[str]) -> str:
    """The definition of a name and of the top-level names it needs, in order, with the imports that they use.

    "" where there is none, or none that can be written out again.
    """
    imports: list[ast.Import | ast.ImportFrom] = []
    defined: dict[str, ast.stmt] = {}
    for cell in cells:
        try:
            body = ast.parse(cell).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                imports.append(node)
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                node.decorator_list = []
                defined[node.name] = node
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = [n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)]
                defined |= dict.fromkeys(names, node)
    needed: dict[str, ast.stmt] = {}
    waiting = [name]
    while waiting:
        wanted = waiting.pop()
        if wanted in defined and wanted not in needed:
            needed[wanted] = defined[wanted]
            waiting += [n.id for n in ast.walk(defined[wanted]) if isinstance(n, ast.Name)]
    if name not in needed:
        return ""
    try:
        ordered = dict.fromkeys(ast.unparse(node) for key, node in defined.items() if key in needed)
    except RecursionError:  # nested too deep to be written out again
        return ""
    used = {n.id for node in needed.values() for n in ast.walk(node) if isinstance(n, ast.Name)}
    needs = [ast.unparse(node) for node in imports if {(a.asname or a.name).split(".")[0] for a in node.names} & used]
    return "\n".join([*dict.fromkeys(needs), *ordered]) + "\n"
