#!/usr/bin/env bash
# Installs reloadsafe for action/check.sh. Environment: RELOADSAFE_VERSION, ACTION_REF (the tag at
# which a workflow names the action), RUNNER_TEMP.
set -euo pipefail

version=$RELOADSAFE_VERSION
if [[ -z $version && $ACTION_REF =~ ^v?([0-9]+\.[0-9]+\.[0-9]+)$ ]]; then
    version=${BASH_REMATCH[1]}
fi
if [[ -n $version && ! $version =~ ^[0-9A-Za-z.+!-]+$ ]]; then
    echo "::error title=reloadsafe::not a version: $version"
    exit 2
fi
python=python3
command -v "$python" >/dev/null || python=python
# Into a directory of its own: no environment of the job is touched, and none needs to be there.
"$python" -m pip install --quiet --disable-pip-version-check --upgrade --no-deps \
    --target "$RUNNER_TEMP/reloadsafe" "reloadsafe${version:+==$version}"
"$RUNNER_TEMP/reloadsafe/bin/reloadsafe" --version
