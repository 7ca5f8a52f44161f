"""Imported first, by processes of ours: spares them two seconds of building a grammar that nothing here uses.

jsonschema, which nbformat brings, can check whether a string is an IRI; where `rfc3987_syntax` is installed, as it is
with Jupyter, it has Lark build the grammar of that at import. No notebook schema asks for it, and jsonschema does
without where the module is missing.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None: to be imported as if it were missing
