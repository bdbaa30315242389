"""Files of orders and costs, read into the tables that the figures are computed from."""

from regulars.analytics.compute.reading.costs import read_costs
from regulars.analytics.compute.reading.orders import read_orders
from regulars.analytics.compute.reading.types import CostsReading, Reading, ReadingOptions

__all__ = ["CostsReading", "Reading", "ReadingOptions", "read_costs", "read_orders"]
