"""Stage preview: pixel data as pictures: thumbnails, and the frames of the viewer. It needs the extra `preview`.

Nothing else in the package decodes pixels; the base install and a run do without this.
"""

import imagecodecs

# In WebAssembly the libjpeg that is loaded first serves all modules: with pillow's, which lays out its structures
# otherwise, imagecodecs reads out of bounds. Pillow's is not called here.
assert imagecodecs.JPEG8.available
