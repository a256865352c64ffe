"""Reference tables: airports, countries, aircraft, operators. `data/` has their sources."""
