"""What an archive says of an airframe, beside its positions."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Airframe:
    """One airframe as the source describes it; None = not said. All of it is untrusted text."""

    registration: str | None = None
    typecode: str | None = None
    model: str | None = None
    owner: str | None = None
