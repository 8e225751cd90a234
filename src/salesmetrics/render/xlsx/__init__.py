"""Workbooks: tables as columns of exact values, sheets, number formats and native charts.

``write_xlsx`` draws with what is here, and nobody else imports it. Nothing here knows an answer or a layout.
"""
