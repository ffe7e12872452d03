"""The zip of the receiver for AWS Lambda: `gcsync receiver package lambda`.

lambda_package   what goes in, and what comes out
target           the runtime that it is for
wheels           the pinned requirements, for the machines that Lambda has
bytecode         so that a cold start compiles nothing
archive          a zip whose bytes depend on its files alone
lambda*.txt      those requirements, with hashes; written by ci/requirements.sh
"""
