"""The version. It stands in every output, so another version makes other bytes."""

__version__ = "0.3.0"
