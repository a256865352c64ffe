"""Which cargo list of the user's own a study is answered with, and that it is still the same."""

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
    """The list in force and the study that records its hash.

    `chosen` goes before what the study says, and then replaces it; what the study names lies in
    `folder`, its own; `usual` is for a study that says nothing.

    Raises
    ------
    InvalidInput
        The list is missing, is none, or is not the one the study was answered with.
    """
    if chosen:
        own = read_overrides(chosen)
        return replace(study, cargo=str(chosen), cargo_sha256=own.sha256), own
    if not study.cargo:
        if study.cargo_sha256:
            raise InvalidInput(
                f"The study rests on a cargo list (SHA-256 {study.cargo_sha256[:12]}) and does "
                "not say where it is; add a line cargo = … or choose it with --cargo."
            )
        return find_list(study, folder, chosen=usual) if usual else (study, None)
    own = read_overrides(folder / study.cargo)
    if study.cargo_sha256 not in ("", own.sha256):
        raise InvalidInput(
            f"The cargo list {folder / study.cargo} has changed since the study was written "
            f"(SHA-256 {own.sha256[:12]}, then {study.cargo_sha256[:12]}); bring the former one "
            "back, or take cargo_sha256 out of the study to ask a new question."
        )
    return replace(study, cargo_sha256=own.sha256), own
