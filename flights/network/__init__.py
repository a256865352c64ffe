"""What stands behind `flights.http`: pace, retries, replies judged, streams that go on after a cut.

Nobody but `flights.http` imports these.
"""
