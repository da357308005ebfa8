"""Nesting: whether a text of JSON or TOML goes deeper than those who read it can follow.

Their recursion ends a worker of the browser, where nothing can be caught.
"""

from __future__ import annotations

import re
from itertools import accumulate

DEEPEST = 100
STRINGS = re.compile(r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL)
BRACKETS = re.compile(r"[^][{}]+")
DOTTED = re.compile(rf"(?<![\w-])(?:[\w-]++\s*+\.\s*+){{{DEEPEST}}}")
STEP = {"[": 1, "{": 1, "]": -1, "}": -1}


def is_deep(text: str) -> bool:
    """Whether brackets, or the parts of a dotted name, are nested more than DEEPEST times."""
    bare = STRINGS.sub("x", text)
    brackets = BRACKETS.sub("", bare)
    deep = max(accumulate(map(STEP.__getitem__, brackets)), default=0) > DEEPEST
    return deep or DOTTED.search(bare) is not None
