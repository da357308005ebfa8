"""Object stores as source and output of a run: S3, Google Cloud Storage, Azure Blob Storage."""
