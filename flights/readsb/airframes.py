"""What an archive says of an airframe, beside its positions: the same as an aircraft table."""

from flights.reference.aircraft import Airframe

__all__ = ["Airframe"]
