"""From and to a PACS: destinations, DICOMweb and DIMSE, and what is sent and fetched by them."""
