"""A gateway: what a C-STORE brings is kept in a spool, de-identified as its study comes to rest, and sent on."""
