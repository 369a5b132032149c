"""Grouping: customers into segments, described in numbers. It knows profiles and vectors, not what is said of them."""

from segmentation.choice import KChoice
from segmentation.contrasts import segment_lifts, segment_numbers
from segmentation.describe import describe_segments
from segmentation.differences import Difference, Differences, segment_differences, segment_rows
from segmentation.drawn import Marks, marks_of
from segmentation.features import map_2d
from segmentation.rfm import rfm_classes
from segmentation.segments import Segments, segment_customers
from segmentation.title_words import title_words

__all__ = [
    "describe_segments",
    "Difference",
    "Differences",
    "KChoice",
    "map_2d",
    "Marks",
    "marks_of",
    "rfm_classes",
    "segment_customers",
    "segment_differences",
    "segment_lifts",
    "segment_numbers",
    "segment_rows",
    "Segments",
    "title_words",
]
