"""From daily counts to a verdict: arithmetic and sentences, no files, no clock, no pictures."""
