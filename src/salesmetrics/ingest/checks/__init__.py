"""What a careful reader would want to know about the data: findings.

The entry of the reader imports it. It changes no record.
"""
