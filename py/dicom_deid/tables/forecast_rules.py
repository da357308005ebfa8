"""The rules of admission as data for the scan of the page, which has no Python yet: tables/forecast.json.

Made of what Python itself decides by, so that neither the expressions nor the lists are written twice.
"""

from __future__ import annotations

from typing import Any

from pydicom._uid_dict import UID_dictionary

from dicom_deid import admission, faces, facts, scan
from dicom_deid.dicom import pixel_length
from dicom_deid.errors import reasons
from dicom_deid.policy import PIXEL_OPTION
from dicom_deid.profile import NEWER_SYNTAXES, STANDARD_ROOT, storage_classes, table


def forecast_rules() -> dict[str, Any]:
    """What worker/scan/facts.js and worker/shared/forecast.js decide by. Tags are numbers."""
    classes, known = storage_classes(), table("faces.json")
    coded, modality = facts.sound_words()
    words, innocent = faces.expressions()
    return {
        "storage": {
            state: sorted(uid for uid in classes if classes[uid] == state) for state in ("allowed", "withheld")
        },
        "standard_root": STANDARD_ROOT,
        "cleanable": sorted(admission.CLEANABLE),
        "pixel_option": PIXEL_OPTION,
        "statuses": {code: row["status"] for code, row in reasons().items() if row["status"] not in ("run", "page")},
        "signs": [sign_of(sign) for sign in facts.known_signs()],
        "sound": {"reason": admission.SOUND, "coded": coded, "modality": modality},
        "head": {
            "sop_classes": sorted(faces.kinds()),
            "worded": list(faces.WORDED),
            "words": words.pattern,
            "innocent": innocent.pattern,
            "within": known["within"],
            "no_volume": known["no_volume"],
            "thickest": known["thickest"],
        },
        "transfer_syntaxes": {
            "known": sorted(uid for uid in syntaxes() if not uid.startswith(scan.NOT_IN_FILES)),
            "native": sorted(scan.NATIVE),
            "elsewhere": sorted(scan.REFERENCED),
            "deflated": scan.DEFLATED_UID,
        },
        "directory": scan.MEDIA_DIRECTORY,
        "subsampled": pixel_length.SUBSAMPLED,
        "most_padding": pixel_length.MOST_PADDING,
    }


def sign_of(sign: facts.Sign) -> dict[str, Any]:
    """A sign as data. ``of_frames``: single frames can have it, too."""
    return {
        "tag": sign.tag,
        "reason": sign.reason,
        "words": sign.words,
        "says_so": sign.says_so,
        "sop_classes": sorted(sign.sop_classes),
        "untyped": sign.untyped,
        "of_frames": sign.tag in facts.FRAME_TAGS,
    }


def syntaxes() -> set[str]:
    """The transfer syntaxes of PS3.6."""
    return {uid for uid, entry in UID_dictionary.items() if entry[1] == "Transfer Syntax"} | NEWER_SYNTAXES
