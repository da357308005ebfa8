"""Parts of build.py: they make the environment, fetch the assets, assemble the site and serve it. Not installed."""
