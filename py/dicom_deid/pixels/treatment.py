"""The treatment of an instance's pixels: what the regions file says of it, carried out, and told by its header."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dicom_deid.deidentify.markers import put
from dicom_deid.model import Instance, Item
from dicom_deid.pixels.marks import say_cleaned, say_reviewed, without_pictures
from dicom_deid.pixels.verdict import Verdict, judge
from dicom_deid.policy import Plan
from dicom_deid.source_and_sink import Source
from dicom_deid.splice import Splice

if TYPE_CHECKING:
    from dicom_deid.pixels.redaction import Redacted


class Treatment(NamedTuple):
    """What is done to the pixels of an instance."""

    verdict: Verdict
    redacted: Redacted | None
    """None where the pixel data stay as they are."""

    @property
    def value(self) -> Splice | None:
        """The new value of the pixel data element; None: it is copied."""
        return self.redacted.segments if self.redacted else None

    def transfer_syntax(self, instance: Instance) -> str:
        """The transfer syntax of the output."""
        return self.redacted.transfer_syntax if self.redacted else instance.transfer_syntax

    def tell(self, data: Item) -> None:
        """Puts what is true now into a new data set."""
        if self.redacted:
            for tag, element in self.redacted.changes.items():
                known = data.get(tag)
                if element is not None:
                    put(data, element)
                elif known is not None:
                    data.remove(known)
        data[:] = without_pictures(data, icons=bool(self.verdict.regions))
        if self.verdict.regions:
            say_cleaned(data, len(self.verdict.regions), self.verdict.approved)
        if self.verdict.approved:
            say_reviewed(data)


def treat(source: Source, instance: Instance, plan: Plan, source_id: str, doubt: str) -> Treatment | None:
    """The treatment of an instance; None where it has no pixels.

    ``doubt``: the reason for which it would be withheld without Clean Pixel Data, or "". Raises Withheld where that
    stands, or its pixels cannot be made blank, and what else redaction raises.
    """
    if instance.pixels is None:
        return None
    verdict = judge(instance, source.size, plan, source_id, doubt)
    trusted = instance.pixels.encapsulated and (verdict.approved or bool(doubt))
    if not verdict.regions and not trusted:
        return Treatment(verdict, None)
    from dicom_deid.pixels.redaction import redact  # needs numpy, which what stays as it is does without

    redacted = redact(source, instance, verdict.regions)
    if not redacted.blank:  # there are no regions, or all lie outside of its frames
        verdict = verdict._replace(regions=())
    return Treatment(verdict, redacted)
