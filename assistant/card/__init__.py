"""The parts of the scorecard: what is measured of each room, and the page it is shown on. A part knows no other."""
