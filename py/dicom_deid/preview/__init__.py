"""Stage preview: pixel data as pictures: thumbnails, and the frames of the viewer. It needs the extra `preview`.

Nothing else in the package decodes pixels; the base install and a run do without this.
"""
