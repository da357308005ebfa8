"""Options that an instance did not get in full: their codes would not be true of it (PS3.15 E.1.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dicom_deid.deidentify.numerals import is_valid
from dicom_deid.dicom.encoding import PADDING
from dicom_deid.model import Element, Item
from dicom_deid.policy import Plan
from dicom_deid.policy.claims import Claims
from dicom_deid.profile import DATES, decide, table, well_known

MORE = frozenset("KC")
"""Actions after which something of the original value is left."""


def narrowed(
    claims: Claims, short: set[str], data: Item, plan: Plan, sop_class: str, tells: Callable[[str], bool]
) -> Claims:
    """The claims without the options in ``short``; none where something is there that only these options let stay.

    ``tells``: whether a UID is replaced though UIDs are retained.
    """
    claims = dates_left(claims, short)
    if not short or not claims.codes:
        return claims
    options = plan.policy.options - short
    for element, path in elements(data, ()):
        action = plan.action(element.tag, element.vr, path, sop_class)
        if action.local or action.code not in MORE or not stays(element, short, tells):
            continue
        if decide(element.tag, element.vr, path, sop_class, options).code != action.code:
            return claims._replace(codes=())
    dropped = {row["code"] for row in table("options.json") if row["name"] in short}
    return claims._replace(codes=tuple(code for code in claims.codes if code not in dropped))


def dates_left(claims: Claims, short: set[str]) -> Claims:
    """The claims with dates no longer called unmodified, where one was emptied that was to be retained."""
    if claims.dates == "UNMODIFIED" and "retain-full-dates" in short:
        return claims._replace(dates="MODIFIED")
    return claims


def stays(element: Element, short: set[str], tells: Callable[[str], bool]) -> bool:
    """Whether anything of an element stays that is kept or cleaned."""
    if element.vr in DATES and "retain-full-dates" in short:
        return bool(element.value.strip(b" \0")) and is_valid(element.value, element.vr)
    if element.vr != "UI" or "retain-uids" not in short:
        return bool(element.value or element.items or element.bulk)
    values = (value.strip(PADDING) for value in element.value.decode("latin-1").split("\\"))
    return any(
        value and is_valid(value.encode("latin-1"), "UI") and not well_known(value) and not tells(value)
        for value in values
    )


def elements(item: Item, path: tuple[int, ...]) -> Iterator[tuple[Element, tuple[int, ...]]]:
    """Every standard element, at every depth, with its path."""
    for element in item:
        if element.tag >> 16 & 1:
            continue
        yield element, path
        for nested in element.items or ():
            yield from elements(nested, (*path, element.tag))
