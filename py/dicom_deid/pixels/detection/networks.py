"""Networks: the models, where they are found, and ONNX Runtime. Only natively: the page has its own."""

from __future__ import annotations

import hashlib
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dicom_deid.errors import Refused
from dicom_deid.pixels.detection.numbers import numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Planes = NDArray[np.float32]


class Network:
    """A model on ONNX Runtime, on one thread: as many pictures at once as the caller has processes."""

    def __init__(self, model: bytes) -> None:
        try:
            import onnxruntime  # an extra, and a second to load
        except ImportError:
            raise Refused("DETECTOR_MISSING") from None
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4  # fatal: a line of its log goes to the terminal
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def __call__(self, planes: Planes) -> Planes:
        """What the model says of one input, without the first axis."""
        said: Planes = self._session.run(None, {self._input: planes})[0][0]
        return said


def model(name: str, folder: Path | None = None) -> bytes:
    """A file of the models (tables/detection.json), out of a folder, or of the distribution in which it is installed.

    Raises Refused DETECTOR_MISSING where it is not, or is another one.
    """
    told = numbers().files[name]
    try:
        path = folder / name if folder else Path(str(metadata.distribution(told["from"]).locate_file(told["member"])))
        data = path.read_bytes()
    except (metadata.PackageNotFoundError, OSError):
        raise Refused("DETECTOR_MISSING") from None
    if hashlib.sha256(data).hexdigest() != told["sha256"]:
        raise Refused("DETECTOR_MISSING")
    return data
