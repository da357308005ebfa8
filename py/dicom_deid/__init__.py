"""dicom-deid: de-identifies DICOM instances after PS3.15 Annex E, in the browser and natively, with the same bytes."""

__version__ = "0.1.0"
