"""Stage pixels: burned-in text found, made blank, and proven gone (PS3.15 E.3.1). It needs the extra `pixels`."""
