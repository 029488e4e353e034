"""Runs the first lines of README.md as a newcomer would: in an environment with the wheel and polars alone."""

import pathlib
import re
import sys

README = pathlib.Path(__file__).parents[1] / "README.md"

code = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL).group(1)
assert len(code.splitlines()) == 3, code
names = {}
exec(compile(code, str(README), "exec"), names)
rows = names["bounces"]
assert rows.height > 200 and rows["slug"].null_count() < rows.height / 2
assert not {"pyarrow", "pandas"} & set(sys.modules), "ndr asks for neither"
