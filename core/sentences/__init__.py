"""What pages, reports and the command line say about results, computed from them."""
