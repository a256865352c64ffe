"""What an archive says of an airframe, beside its positions."""

from flights.reference.aircraft import Airframe

__all__ = ["Airframe"]
