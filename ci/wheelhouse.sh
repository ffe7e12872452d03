#!/usr/bin/env bash
# Fill a folder with gcsync's wheel and those of its pinned requirements, for machines that reach no package registry.
#   ci/wheelhouse.sh FOLDER [PIP OPTION…]     e.g. --platform manylinux2014_x86_64 --python-version 3.12
# REQUIREMENTS names another of the pinned files, as requirements-receiver.txt.
# On the other machine: pip install --no-index -f FOLDER --require-hashes -r FOLDER/requirements.txt
set -euo pipefail

folder=${1:?ci/wheelhouse.sh FOLDER [PIP OPTION…]}
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=${PYTHON:-python3}
requirements=$here/${REQUIREMENTS:-requirements.txt}

rm -rf "$folder"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
"$python" -m pip download --quiet --disable-pip-version-check --no-input --only-binary :all: \
  --require-hashes -r "$requirements" --dest "$folder" "$@"
(cd "$here" && "$python" -m hatchling build --target wheel --directory "$folder" >/dev/null)

wheel=$(basename "$folder"/gcsync-*.whl)
version=${wheel#gcsync-}
digest=$("$python" -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$folder/$wheel")
{
  cat "$requirements"
  printf 'gcsync==%s \\\n    --hash=sha256:%s\n' "${version%%-*}" "$digest"
} >"$folder/requirements.txt"
printf '%s wheels in %s\n' "$(find "$folder" -name '*.whl' | wc -l | tr -d ' ')" "$folder"
