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
# What the receiver's image has, and out of that what a Lambda function needs: without markers, as Linux alone is meant.
pinned requirements-receiver.txt pyproject.toml --extra receiver --extra aws --extra redis --extra opentelemetry \
  --constraint "$folder/requirements-aws.txt" "$@"

# for_lambda FILE PACKAGE…
for_lambda() {
  local file=$folder/gcsync/receiver/packaging/$1
  mkdir -p "$(dirname "$file")"
  printf '%s\n' "${@:2}" | (cd "$here" && "${UV:-uv}" pip compile - --quiet --python-platform x86_64-manylinux_2_28 --python-version 3.11 \
    --generate-hashes --no-emit-index-url --no-annotate --no-header --constraint "$folder/requirements-receiver.txt" \
    --output-file "$file" >/dev/null)
}
for_lambda lambda.txt filelock prometheus-client requests starlette
for_lambda lambda-aws.txt boto3 botocore
for_lambda lambda-redis.txt redis
