"""Why a file, a folder or a share cannot be read: the reason code for what the operating system says."""

from __future__ import annotations

import errno

UNKNOWN = "READ_FAILED"
BY_NAME = {
    "NO_PERMISSION": ("EACCES", "EPERM"),
    "FILE_GONE": ("ENOENT", "ENOTDIR"),
    "SHARE_LOGIN": ("EAUTH", "ENEEDAUTH", "ENOKEY", "EKEYEXPIRED", "EKEYREVOKED", "EKEYREJECTED"),
    "SHARE_STALE": ("ESTALE",),
    "SHARE_TIMEOUT": ("ETIMEDOUT", "ETIME"),
    "SHARE_GONE": (
        "ENODEV", "ENXIO", "ENOTCONN", "EHOSTDOWN", "EHOSTUNREACH", "ENETUNREACH", "ENETDOWN", "ENETRESET",
        "ECONNRESET", "ECONNREFUSED", "ECONNABORTED", "EPIPE", "ESHUTDOWN", "ECOMM", "EREMOTEIO", "ENOMEDIUM",
    ),
}  # fmt: skip
"""Reason code -> names of error numbers (POSIX, and what Linux says of CIFS and NFS)."""
BY_WINDOWS = {
    "NO_PERMISSION": (5,),
    "FILE_GONE": (2, 3),
    "SHARE_LOGIN": (65, 86, 1219, 1244, 1272, 1311, 1326, 1327, 1328, 1330, 1331, 1385, 1907, 1909, 2202),
    "SHARE_TIMEOUT": (54, 121, 1460),
    "SHARE_GONE": (21, 51, 53, 55, 59, 64, 67, 240, 1167, 1203, 1222, 1225, 1231, 1232, 1236),
}
"""Reason code -> system error codes of Windows (winerror.h), most of which have no error number of their own."""
CODE_OF = {getattr(errno, name): code for code, names in BY_NAME.items() for name in names if hasattr(errno, name)}
CODE_OF_WINDOWS = {number: code for code, numbers in BY_WINDOWS.items() for number in numbers}
OF_SHARE = ("SHARE_LOGIN", "SHARE_STALE", "SHARE_TIMEOUT", "SHARE_GONE")
"""What is wrong with a share, and so with its next file, too."""
PASSING = (UNKNOWN, "NO_PERMISSION", "FILE_GONE", "WINDOWS_PATH", "SOURCE_CHANGED", *OF_SHARE)
"""Why a file could not be read this time: it is to be read again, though it has not changed."""


def reason_of(error: OSError) -> str:
    """The reason code for an error of the system."""
    windows = getattr(error, "winerror", None)
    if windows is not None:
        return CODE_OF_WINDOWS.get(windows, UNKNOWN)
    return CODE_OF.get(error.errno or 0, UNKNOWN)
