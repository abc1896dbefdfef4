"""The commands of `cadre models`: one module each."""
