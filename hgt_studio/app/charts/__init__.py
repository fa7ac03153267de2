"""Line charts: a widget that draws what it is given, and saves it as image or table."""

from hgt_studio.app.charts.chart import Chart, ChartKind
from hgt_studio.app.charts.content import Content, Curve, Level, Marker

__all__ = ["Chart", "ChartKind", "Content", "Curve", "Level", "Marker"]
