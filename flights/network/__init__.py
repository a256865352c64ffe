"""The one door to the network (`door`): pace, retries, replies judged, downloads that resume."""
