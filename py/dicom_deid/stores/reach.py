"""Whether a store can be used at all, asked before a run begins: somebody waits for the answer."""

from __future__ import annotations

from dicom_deid.errors import Failed
from dicom_deid.stores.address import Address
from dicom_deid.stores.origin import StoreOrigin
from dicom_deid.stores.sink import StoreSink
from dicom_deid.stores.store import FEW_RETRIES


def reason_of_origin(address: Address) -> str:
    """The code for which nothing can be listed at an address; "" where something can, or nothing is there."""
    try:
        next(StoreOrigin(address, FEW_RETRIES).list(), None)
    except Failed as failure:
        return failure.reason
    return ""


def reason_of_sink(address: Address) -> str:
    """The code for which it cannot even be said what stands at an address, or "". Nothing is written."""
    try:
        StoreSink(address, FEW_RETRIES).names()
    except Failed as failure:
        return failure.reason
    return ""
