"""From canonical frames to the frames that measures aggregate: deals as of a day, touches, quotas day by day, customers.

The engine and the drill-down may import it. It knows no KPI and no request.
"""
