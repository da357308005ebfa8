"""The command line: its commands, each in the module of its name, and the end of an error that no command expects.

A command imports pydicom when it begins, so that ``dicom-deid --help`` is there at once.
"""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable
from copy import copy
from inspect import cleandoc
from typing import Annotated

import typer

from dicom_deid.cli import (
    conformance,
    decrypt,
    echo,
    fetch,
    find,
    import_policy,
    index,
    pixels,
    plan,
    receive,
    run,
    search,
    send,
    serve,
    thumbnails,
    unwritten,
)
from dicom_deid.cli import zip as results_zip
from dicom_deid.cli.policy_options import spread
from dicom_deid.cli.text import UNSOUND, Unusable, usage
from dicom_deid.errors import BadLinkage, sentence
from dicom_deid.silence import NO_WARNINGS
from dicom_deid.version import __version__

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a traceback shows values
    context_settings={"help_option_names": ["-h", "--help"]},
)


NEW_OBJECTS = 100_000
"""After so many the collector looks for garbage: in what a command loads there is none, and looking takes a while."""


def main() -> None:
    """The command ``dicom-deid``."""
    gc.set_threshold(NEW_OBJECTS)
    arguments = spread(sys.argv[1:])
    try:
        with NO_WARNINGS:  # they quote values, also those that a peer has sent
            alone(arguments)(arguments)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    except Unusable as wrong:
        usage(str(wrong))
    except BadLinkage as wrong:
        usage(sentence(wrong.reason))
    except Exception as error:
        # The text of an unforeseen error may quote a value or a path: its kind is all that is told.
        print(f"dicom-deid: {sentence('INTERNAL_ERROR')} ({type(error).__name__})", file=sys.stderr)
        sys.exit(UNSOUND)
    finally:
        gc.freeze()  # so that the end of the interpreter does not look through all that was loaded


def alone(arguments: list[str]) -> typer.Typer:
    """The application with the command that is asked for alone: to look at the parameters of all takes a moment."""
    asked = [command for command in app.registered_commands if command.name in arguments[:1]]
    if not asked:
        return app
    narrow = copy(app)
    narrow.registered_commands = asked
    return narrow


def show_version(wanted: bool) -> None:
    if wanted:
        print(f"dicom-deid {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """De-identifies DICOM files by PS3.15."""


def flowing(text: str | None) -> str:
    """A help text whose paragraphs are broken by the terminal, and not where the source breaks them."""
    return "\n\n".join(" ".join(part.split()) for part in cleandoc(text or "").split("\n\n"))


COMMANDS: dict[str, Callable[..., object]] = {
    "run": run.run,
    "decrypt": decrypt.decrypt,
    "echo": echo.show_echo,
    "fetch": fetch.fetch,
    "find": find.show_find,
    "plan": plan.show_plan,
    "import": import_policy.show_import,
    "conformance": conformance.show_conformance,
    "index": index.show_index,
    "receive": receive.receive,
    "search": search.show_search,
    "pixels": pixels.find_pixels,
    "send": send.send,
    "serve": serve.serve,
    "thumbnails": thumbnails.show_thumbnails,
    "unwritten": unwritten.show_unwritten,
    "zip": results_zip.make_zip,
}
for name, command in COMMANDS.items():
    app.command(name, help=flowing(command.__doc__))(command)
