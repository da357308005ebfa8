"""Damages real files at random: each must end in an outcome, in time, without an internal error and without a leak.

python tests/bench/mutate.py [--count 20000] [--seed 1]     over pydicom's files and the corpus
"""

from __future__ import annotations

import argparse
import random
import re
import signal
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":  # pytest has these on its path
    sys.path[:0] = [str(ROOT / folder) for folder in ("tests/unit", "tests/conformance", "py")]

import pydicom
from dicom_deid.policy import Policy
from dicom_deid.profile import table, words
from made import outcome_of
from real import real_files

LARGEST = 200_000  # bytes of a file that is damaged; what is beyond its header is copied anyway
HEADER = 4_000  # bytes at the beginning, where most damage is done
LIMIT = 10.0  # seconds for one input
SHORTEST = 5  # characters of a name that is looked for; shorter ones are found by chance
LONGEST = 3 * 64  # characters of a name (PS3.5 6.2); a longer one has swallowed elements that do not name anybody
POLICY = Policy(allow_sop_classes=frozenset(row["uid"] for row in table("sop-classes.json")), pass_burned_in=True)
NAMING = ("PatientName", "PatientID", "OtherPatientIDs", "ReferringPhysicianName", "OperatorsName", "AccessionNumber")


class HangError(BaseException):
    """The time is up. No handler of ordinary exceptions may catch it."""


@dataclass
class Tally:
    """How inputs ended, and the faults, by the number of the input, which brings it back with the same seed."""

    seed: int
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def table(self) -> str:
        lines = [f"{self.outcomes.total()} inputs, seed {self.seed}; slowest {self.slowest:.2f} s"]
        lines += [f"  {count:>8}  {status:9}{reason}" for (status, reason), count in sorted(self.outcomes.items())]
        return "\n".join([*lines, f"  {len(self.faults):>8}  faults", *self.faults[:50]])


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises HangError inside when the time is up."""

    def ring(*_: object) -> None:
        raise HangError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def damage(data: bytes, dice: random.Random) -> bytes:
    """One to six changes: a bit, a byte, a cut, bytes inserted or taken out, a length of all ones, a block repeated."""
    new = bytearray(data)
    for _ in range(dice.randint(1, 6)):
        end = len(new) if dice.random() < 0.2 else min(len(new), HEADER)
        at = dice.randrange(end)
        match dice.randrange(8):
            case 0 | 1:
                new[at] ^= 1 << dice.randrange(8)
            case 2:
                new[at] = dice.randrange(256)
            case 3:
                new[at:at] = dice.randbytes(dice.randint(1, 8))
            case 4:
                new[at : at + 4] = b"\xff\xff\xff\xff"
            case 5:
                del new[at : at + dice.randint(1, 4)]
            case 6:
                new[at:at] = new[at : at + dice.randint(8, 200)]
            case 7 if dice.random() < 0.2:
                del new[max(at, 1) :]
        if len(new) < 10:
            break
    return bytes(new)


def names_in(data: bytes) -> frozenset[str]:
    """The words of five characters or more by which a file names people, in lower case; none if nothing reads it."""
    try:
        dataset = pydicom.dcmread(BytesIO(data), specific_tags=[*NAMING], stop_before_pixels=True, force=True)
        texts = [str(dataset.get(keyword) or "") for keyword in NAMING]
    except Exception:  # the files are broken in any way there is
        return frozenset()
    texts = [text for text in texts if len(text) <= LONGEST]
    found = {word for text in texts for word in re.split(r"[^a-z0-9_]+", text.lower()) if len(word) >= SHORTEST}
    return frozenset(found - words("not_names"))


@cache
def sources() -> list[tuple[str, bytes]]:
    """Name and bytes of each real file that is small enough and is de-identified when whole."""
    files = [(path.name, path.read_bytes()) for path in real_files() if path.stat().st_size <= LARGEST]
    return [(name, data) for name, data in files if outcome_of(data, POLICY).status == "written"]


def mutate(count: int, seed: int = 1) -> Tally:
    """Damages files that many times and looks at each end."""
    tally, inputs = Tally(seed), sources()
    for number in range(count):
        dice = random.Random(f"{seed}/{number}")
        name, data = dice.choice(inputs)
        one(tally, f"input {number} of {name}", damage(data, dice))
    return tally


def one(tally: Tally, where: str, data: bytes) -> None:
    """Processes one damaged file."""
    started = time.monotonic()
    try:
        with limited(LIMIT):
            outcome = outcome_of(data, POLICY)
    except HangError:
        tally.faults.append(f"HANG        {where}")
        return
    except Exception as error:  # nothing but an outcome may come out
        tally.faults.append(f"EXCEPTION   {where}: {type(error).__name__}")
        return
    tally.slowest = max(tally.slowest, time.monotonic() - started)
    tally.outcomes[outcome.status, outcome.reason] += 1
    if outcome.reason == "INTERNAL_ERROR":
        tally.faults.append(f"INTERNAL    {where}")
    if outcome.status == "written":
        # Not in what is copied as pixel data: nobody reads it, and damage can move a piece of the header into it.
        header = b"".join(part for part in outcome.splice if isinstance(part, bytes))
        left = [word for word in names_in(data) if is_left(word, header)]
        if left:
            tally.faults.append(f"LEAK        {where}: {len(left)} words")


def is_left(word: str, header: bytes) -> bool:
    """Whether a word stands in a header more often than by right: as a number, a term or the meaning of a code."""
    pattern = re.compile(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])")
    times = len(pattern.findall(header.decode("latin-1").lower()))
    if not times:
        return False
    dataset = pydicom.dcmread(BytesIO(header), stop_before_pixels=True)
    numbers = [element for element in dataset.iterall() if element.VR in ("IS", "DS")]
    stays = word.upper() in words("terms") | words("code_terms")
    terms = [element for element in dataset.iterall() if element.VR == "CS" and stays]
    meanings = [element for element in dataset.iterall() if element.keyword == "CodeMeaning"]
    by_right = " \\ ".join(str(element.value).lower() for element in numbers + terms + meanings)
    return times > len(pattern.findall(by_right))


def main() -> int:
    parser = argparse.ArgumentParser(description="Damages real files at random and looks at how they end.")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    tally = mutate(arguments.count, arguments.seed)
    print(tally.table())
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
