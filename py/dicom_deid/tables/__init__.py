"""The standard as data: generated tables, and the texts of reasons and options."""
