"""Decoding what readsb writes, and turning its positions into flights."""

from flights.readsb.aircraft_names import AircraftFile, open_aircraft_file
from flights.readsb.collect import Task, collect_days
from flights.readsb.inputs import find_days
from flights.readsb.members import KIND_OF_DETAIL, Intake, Member
from flights.readsb.remote_members import RemoteDay
from flights.readsb.sorted_spill import scratch_folder
from flights.readsb.tar.gunzip import read_payload
from flights.readsb.tar.remote_tar import Asset, RemoteTar

__all__ = [
    "KIND_OF_DETAIL",
    "AircraftFile",
    "Asset",
    "Intake",
    "Member",
    "RemoteDay",
    "RemoteTar",
    "Task",
    "collect_days",
    "find_days",
    "open_aircraft_file",
    "read_payload",
    "scratch_folder",
]
