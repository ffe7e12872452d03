#!/usr/bin/env bash
# Write the pinned, hashed requirements anew: for every platform and Python version that gcsync runs on, without any index's address.
#   ci/requirements.sh FOLDER [--upgrade]     UV: the uv to use; what FOLDER holds already is kept where it still fits
set -euo pipefail

folder=${1:?ci/requirements.sh FOLDER [--upgrade]}
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# pinned FILE SOURCE OPTION…: FILE in FOLDER, from what SOURCE asks for.
pinned() {
  local file=$folder/$1
  (cd "$here" && "${UV:-uv}" pip compile "$2" "${@:3}" --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-annotate --no-header --output-file "$file" >/dev/null)
}

folder=$(cd "$folder" && pwd)
pinned requirements.txt pyproject.toml "$@"
pinned requirements-aws.txt pyproject.toml --extra aws --constraint "$folder/requirements.txt" "$@"
# What pyproject.toml's build-system needs, beside the rest.
printf 'hatchling>=1.27\n' | pinned requirements-build.txt - --constraint "$folder/requirements.txt" "$@"
