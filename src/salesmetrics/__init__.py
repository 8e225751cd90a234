"""Sales KPIs from any CRM export, each with its definition, its counts and its uncertainty."""

__version__ = "0.1.0"
