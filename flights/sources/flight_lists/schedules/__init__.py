"""Aircraft Flight Schedules: all flights that adsb.lol heard, one Parquet file a quarter."""
