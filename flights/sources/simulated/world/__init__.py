"""The simulated world of 2050: timetable, traffic, receivers and their records."""
