"""``python -m dicom_deid`` and ``dicom-deid``: loads the command line, of which Ctrl-C leaves no traceback."""

import signal


def main() -> None:
    """The command ``dicom-deid``. Nothing is begun while it loads: Ctrl-C then ends the process at once."""
    heard = signal.getsignal(signal.SIGINT)
    if heard is signal.default_int_handler:  # and not ignored, as in what a shell starts in the background
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from dicom_deid.cli.app import main as command

    signal.signal(signal.SIGINT, heard)
    command()


if __name__ == "__main__":
    main()
