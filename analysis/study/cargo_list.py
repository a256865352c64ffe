"""The cargo list of the user's own for a study, and the check that it has not changed."""

from dataclasses import replace
from pathlib import Path

from analysis.study.question import Study
from flights.cargo import Overrides, read_overrides
from flights.errors import InvalidInput


def find_list(
    study: Study,
    folder: Path,
    *,
    chosen: str | Path | None = None,
    usual: str | Path | None = None,
) -> tuple[Study, Overrides | None]:
    """The list to use, if any, and the study with its hash.

    `chosen` replaces the list of the study; the path in the study is relative to `folder`;
    `usual` is used if neither names a list.

    Raises
    ------
    InvalidInput
        The list is missing, is not a cargo list, or has changed since the study was answered.
    """
    if chosen:
        own = read_overrides(chosen)
        return replace(study, cargo=str(chosen), cargo_sha256=own.sha256), own
    if not study.cargo:
        if study.cargo_sha256:
            raise InvalidInput(
                f"The study uses a cargo list (SHA-256 {study.cargo_sha256[:12]}) but does not "
                "name its file; add a line cargo = … or choose the file with --cargo."
            )
        return find_list(study, folder, chosen=usual) if usual else (study, None)
    own = read_overrides(folder / study.cargo)
    if study.cargo_sha256 not in ("", own.sha256):
        raise InvalidInput(
            f"The cargo list {folder / study.cargo} has changed since the study was written "
            f"(SHA-256 {own.sha256[:12]}, then {study.cargo_sha256[:12]}); restore the former "
            "list, or remove cargo_sha256 from the study to ask a new question."
        )
    return replace(study, cargo_sha256=own.sha256), own
