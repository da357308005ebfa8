"""The server: the built page, the index of some folders, and links to their series. Needs the extra `serve`."""
