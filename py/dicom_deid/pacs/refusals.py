"""What a PACS says of an instance, as a status of C-STORE or a Failure Reason of STOW-RS, in our codes."""

from __future__ import annotations

DUPLICATE = (0x0111, 45_070)
"""PS3.7 C.5.9; PS3.18 I.2.2 has the other one as a Warning Reason: the instance was there already."""
WARNINGS = range(0xB000, 0xC000)
"""PS3.4 B.2.3: stored, with something to say about it."""
SINGLE = {
    0x0112: "PACS_OTHER_STUDY",
    0x0117: "PACS_CANNOT_READ",
    0x0118: "PACS_CLASS_REFUSED",
    0x0119: "PACS_CLASS_REFUSED",
    0x0122: "PACS_CLASS_REFUSED",
    0x0124: "PACS_NOT_ALLOWED",
    0xA710: "PACS_CLASS_REFUSED",
    0xC122: "PACS_SYNTAX_REFUSED",
    0xC409: "PACS_OTHER_STUDY",
}
RANGES = (
    (range(0xA700, 0xA800), "PACS_FULL"),
    (range(0xA900, 0xAA00), "PACS_CANNOT_READ"),
    (range(0xC000, 0xD000), "PACS_CANNOT_READ"),
)


def is_taken(status: int) -> bool:
    """Whether a status says that the PACS has the instance now; whether that is so, it is asked afterwards."""
    return status == 0 or status in DUPLICATE or status in WARNINGS


def code_of(status: int) -> str:
    """The reason for which an instance was not taken."""
    return SINGLE.get(status) or next((code for span, code in RANGES if status in span), "PACS_NOT_TAKEN")
