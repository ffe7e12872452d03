#!/usr/bin/env bash
# Install gcsync from this checkout into a virtual environment of its own: pinned, hashed requirements, and nothing else.
#   ci/install.sh FOLDER [EXTRA]      EXTRA: aws, for locks in S3 and DynamoDB
set -euo pipefail

folder=${1:?ci/install.sh FOLDER [EXTRA]}
extra=${2:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
requirements=$here/requirements${extra:+-$extra}.txt

[[ -f $requirements ]] || {
  printf 'gcsync has no extra "%s" with pinned requirements; there is: aws\n' "$extra" >&2
  exit 1
}

quietly=(--quiet --disable-pip-version-check --no-input)
"${PYTHON:-python3}" -m venv "$folder"
"$folder/bin/python" -m pip install "${quietly[@]}" --require-hashes -r "$requirements" -r "$here/requirements-build.txt"
"$folder/bin/python" -m pip install "${quietly[@]}" --no-deps --no-build-isolation "$here"
"$folder/bin/gcsync" --version
