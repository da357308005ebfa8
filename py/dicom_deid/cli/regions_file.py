"""The regions file of a command: read, written, and which options name it."""

from __future__ import annotations

from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_deid.cli.places import Place, text_of_run
from dicom_deid.cli.policy_options import unusable
from dicom_deid.cli.text import Unusable
from dicom_deid.errors import PolicyError

if TYPE_CHECKING:
    from dicom_deid.policy import Policy
    from dicom_deid.regions import Regions

OPTION = "clean-pixel-data"
OWN = "regions.json"
"""The regions file of a run, in its folder."""
EXTRA = ("numpy", "imagecodecs", "PIL")
RegionsFile = Annotated[
    Path | None,
    typer.Option("--regions", metavar="FILE", help=f"Regions to make blank, as reviewed. With --option {OPTION}."),
]
Unreviewed = Annotated[
    bool,
    typer.Option("--pixels-unreviewed", help="Let regions count that nobody has reviewed; nothing is claimed of them."),
]


def uses_regions(file: Path | None, run: Place, *, resume: bool) -> bool:
    """Whether a run may have regions, before its policy is read: then pydicom is loaded with numpy."""
    return file is not None or (resume and text_of_run(run, OWN) is not None)


def regions_for(
    policy: Policy, file: Path | None, run: Place | None, secret: bytes, *, unreviewed: bool
) -> Regions | None:
    """The regions that a run uses: of the file or, where it goes on and none is given, its own; None without any.

    Raises Unusable.
    """
    if OPTION not in policy.options:
        if file is not None or unreviewed:
            raise Unusable(f"--regions and --pixels-unreviewed belong to --option {OPTION}, which is not chosen.")
        return None
    own = text_of_run(run, OWN) if file is None and run is not None else None
    if file is None and own is None:
        return None
    if not all(find_spec(name) for name in EXTRA):
        raise Unusable("Clean Pixel Data needs some more packages: pip install 'dicom-deid[pixels]'")
    return read_regions(file, secret) if file is not None else regions_in(own or b"", OWN, secret)


def read_regions(file: Path, secret: bytes) -> Regions:
    """The regions of a file. Raises Unusable with all that is wrong."""
    from dicom_deid.regions.file import LARGEST

    try:
        if file.stat().st_size > 4 * LARGEST:  # no character of UTF-8 is longer
            raise Unusable(f"The regions file is too long: {file}")
        return regions_in(file.read_bytes(), file, secret)
    except OSError as error:
        raise Unusable(f"The regions file cannot be read ({error.strerror}): {file}") from None


def regions_in(content: bytes, file: Path | str, secret: bytes) -> Regions:
    """The regions in the content of a file. Raises Unusable with all that is wrong."""
    from dicom_deid.key import Key
    from dicom_deid.regions.file import project_of, read

    try:
        return read(content.decode("utf-8-sig"), project_of(Key(secret)))
    except UnicodeError:
        raise Unusable(f"The regions file cannot be read as UTF-8 text: {file}") from None
    except PolicyError as error:
        raise unusable(error, f"{file}: ") from None


def write_regions(file: Path, regions: Regions) -> None:
    """Writes a regions file whole, or leaves what is there, for the user alone: it names who has approved."""
    from dicom_deid.regions.file import write

    partial = file.with_name(f"{file.name}.part")
    try:
        with suppress(FileNotFoundError):
            partial.unlink()
        partial.touch(mode=0o600)
        partial.write_text(write(regions), encoding="utf-8")
        partial.replace(file)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise Unusable(f"The regions file cannot be written ({error.strerror}): {file}") from None
