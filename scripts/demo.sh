#!/bin/sh
# The main job, on a copy of the example service: plan, specialists, evidence, report, session.
# Usage: scripts/demo.sh FOLDER, with `cadre` on the PATH. FOLDER is emptied first.
set -eu
demo=${1:?usage: scripts/demo.sh FOLDER}
here=$(cd "$(dirname "$0")/.." && pwd)

rm -rf "$demo"
mkdir -p "$demo"
demo=$(cd "$demo" && pwd)
python "$here/scripts/make_example.py" "$demo/broken-service"
export CADRE_STATE_DIR="$demo/state"

echo
echo "A small service with planted faults, the team's embedded model, no network:"
echo
# What runs is the example itself, which is ours: it may run where no sandbox is installed.
command -v bwrap >/dev/null 2>&1 || command -v sandbox-exec >/dev/null 2>&1 || CADRE_SANDBOX=false
export CADRE_SANDBOX="${CADRE_SANDBOX:-true}"

cadre run "Is this service ready to release? Look over code, tests, pipelines, containers and docs" \
    --repo "$demo/broken-service" --session demo --approve all --report "$demo/report.md"
echo
cadre sessions list
