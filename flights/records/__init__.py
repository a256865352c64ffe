"""What a record is: columns, ledger, flags, and tables written for other programs."""
