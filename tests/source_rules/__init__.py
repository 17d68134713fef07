"""The rules that the sources keep, so that they run the same compiled and interpreted and read the same everywhere."""
