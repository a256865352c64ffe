"""The positions of one airframe: sorted, split where the record breaks, judged air or ground."""
