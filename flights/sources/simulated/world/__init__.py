"""The made-up world of 2050: timetable, traffic, receivers, and what they heard."""
