"""``python -m dicom_deid`` is the command ``dicom-deid``."""

from dicom_deid.cli.app import main

if __name__ == "__main__":
    main()
