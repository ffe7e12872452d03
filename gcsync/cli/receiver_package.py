"""`gcsync receiver package lambda`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gcsync.cli import options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common, Format
from gcsync.receiver.packaging.target import Architecture, Extra, Python, Target

if TYPE_CHECKING:
    from gcsync.receiver.packaging.lambda_package import Package


@options.command
def package_lambda(
    common: Common,
    target: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The zip; one that is there is replaced.")
    ] = Path("receiver.zip"),
    python: Annotated[
        Python, typer.Option("--python", metavar="|".join(Python), help="The function's runtime.")
    ] = Python.V3_13,
    architecture: Annotated[
        Architecture, typer.Option("--architecture", metavar="|".join(Architecture), help="The function's processor.")
    ] = Architecture.ARM64,
    extras: Annotated[
        list[Extra] | None,
        typer.Option(
            "--extra",
            metavar="|".join(Extra),
            help="Take along redis for a redis:// store, or a pinned boto3 in place of the runtime's; repeatable.",
        ),
    ] = None,
    added: Annotated[
        list[Path] | None,
        typer.Option("--add", metavar="PATH", help="A module or a package's folder, for a python: sink; repeatable."),
    ] = None,
    wheelhouse: Annotated[
        Path | None,
        typer.Option("--wheelhouse", metavar="FOLDER", help="Take the wheels from here, and ask no index."),
    ] = None,
    output_format: options.OutputFormat = Format.TEXT,
) -> int:
    """Build the zip of an AWS Lambda function. The same input gives the same bytes."""
    import json

    from gcsync.cli.private_file import write_private
    from gcsync.receiver.packaging.lambda_package import build

    chosen = sorted(set(extras or ()))
    package = build(Target(python, architecture), extras=chosen, added=added or (), wheelhouse=wheelhouse)
    write_private(target, package.content)
    if output_format is Format.JSON:
        output.result(json.dumps({"file": str(target), **package.to_dict()}))
    else:
        output.result(_described(target, package))
    return ExitCode.DONE


def _described(path: Path, package: Package) -> str:
    told = package.to_dict()
    lines = {
        "Size": f"{_megabytes(len(package.content))} ({_megabytes(package.unpacked)} unpacked)",
        "SHA-256": package.sha256,
        "CodeSha256": f"{package.code_sha256} (as Lambda shows it)",
        "Handler": told["handler"],
        "Runtime": f"{told['runtime']}, {told['architecture']}",
        "Bytecode": "yes" if package.bytecode else f"no, for want of a {told['runtime']} here: cold starts take longer",
    }
    rows = "\n".join(f"  {name:<12}{value}" for name, value in lines.items())
    upload = f"aws lambda update-function-code --function-name NAME --zip-file fileb://{path}"
    return (
        f"Wrote {path}\n\n{rows}\n\n"
        f"Next: {upload}\n"
        "A first deployment: docs/deploy/lambda.yaml, told in docs/deploying-the-receiver.md."
    )


def _megabytes(count: int) -> str:
    return f"{count / 1024 / 1024:.1f} MB"
