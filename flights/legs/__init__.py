"""From the positions of one day to flights: what is a flight, and how sure its ends are."""
