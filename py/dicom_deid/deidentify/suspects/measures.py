"""Numbers that measure: with a unit behind them, or behind a word of a protocol such as TE; and those of versions."""

from __future__ import annotations

import re

from dicom_deid.deidentify.suspects.reading import Reading, Span

UNITS = re.compile(r"\s?(?:mm|cm|ml|mg|kv|ms|hz|mas|mhz|ma|hu|%|x|s/mm|iu|kbq|mbq|µ|u)\b")
MEASURES = re.compile(
    r"(?:\b(?:te|tr|ti|fov|matrix|b|kv|mas|dlp|uid|series|image|im|img|kernel|delay|x|×|echo|times?|phases?|sets?"
    r"|dynamics?|dyn|dce|dsc|perf|tof|voxels?|resolution|thk|thickness|gap|bw|bandwidth|etl|nex|nsa|flip|angles?|slices?|window|level"
    r"|wl|ww|range|grid|roi)|\d[x×]\d{1,4}(?:\.\d{1,3})?\s?|[=x×*]|[#_])[\s:=]{0,2}$"
)
"""Words and marks right before a number that measures."""
RANGES = re.compile(
    r"\b(?:roi|window|ww|wl|hu|range|threshold|dynamics?|fov|matrix|grid|bins?|b-?values?|intervals?)(?:\s\d{1,3})?[\s:=]{0,2}$"
)
VERSION = re.compile(r"(?:\b(?:v|ver|version|rev|revision|release|rel|r|build|sw|software|firmware)[.:]?)\s{0,2}$")
NEAR = 12
"""Letters before a number among which such a word is sought."""


def measures(reading: Reading, number: Span) -> bool:
    """Whether a number measures."""
    before = reading.plain[max(number[0] - NEAR, 0) : number[0]]
    return UNITS.match(reading.plain, number[1]) is not None or MEASURES.search(before) is not None


def ranges(reading: Reading, at: int) -> bool:
    """Whether a word of a protocol that wants several numbers stands before a place: ROI 100-200-3000."""
    return RANGES.search(reading.plain[max(at - NEAR, 0) : at]) is not None


def names_version(reading: Reading, at: int) -> bool:
    """Whether what stands at a place is the version of a program."""
    return VERSION.search(reading.plain[max(at - NEAR, 0) : at]) is not None
