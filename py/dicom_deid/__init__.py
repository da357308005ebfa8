"""dicom-deid: de-identifies DICOM instances after PS3.15 Annex E, in the browser and natively, with the same bytes.

A pydicom Dataset in, a Dataset and an Outcome out (docs/api.md):

>>> from pydicom import examples
>>> from dicom_deid import Plan, Policy, deidentify_dataset
>>> plan = Plan(Policy(options=["retain-modified-dates"]), passphrase="seven grey herons by the weir")
>>> dataset, outcome = deidentify_dataset(examples.ct, plan)
>>> outcome.status, str(dataset.PatientName), dataset.PatientIdentityRemoved
('written', 'CAM7I665ZGKQY27Y^', 'YES')

What stands in ``__all__`` is kept stable; it is loaded when it is first asked for, so that importing the package, and
``dicom-deid --help``, do not load pydicom.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from dicom_deid.version import __version__

if TYPE_CHECKING:
    from dicom_deid.api.dataset import deidentify_dataset
    from dicom_deid.api.file import deidentify_file
    from dicom_deid.api.folder import Summary, deidentify_folder
    from dicom_deid.errors import DeidError, PolicyError, Refused
    from dicom_deid.key import Key, make_passphrase
    from dicom_deid.model import Outcome
    from dicom_deid.policy import Plan, Policy

__all__ = [
    "DeidError",
    "Key",
    "Outcome",
    "Plan",
    "Policy",
    "PolicyError",
    "Refused",
    "Summary",
    "__version__",
    "deidentify_dataset",
    "deidentify_file",
    "deidentify_folder",
    "make_passphrase",
]
HOMES = {
    "DeidError": "errors",
    "Key": "key",
    "Outcome": "model",
    "Plan": "policy",
    "Policy": "policy",
    "PolicyError": "errors",
    "Refused": "errors",
    "Summary": "api.folder",
    "deidentify_dataset": "api.dataset",
    "deidentify_file": "api.file",
    "deidentify_folder": "api.folder",
    "make_passphrase": "key",
}
"""Public name -> the module that it is loaded from."""


def __getattr__(name: str) -> object:
    """Loads a public name when it is first asked for."""
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
