"""Arithmetic without files, clock or pictures: daily series, window sums, intervals, power."""
