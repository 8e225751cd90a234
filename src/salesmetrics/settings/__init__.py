"""Settings: what a settings file, the environment or an option may settle, and where each value came from.

The command line and the library may import it. It reads no export and computes nothing.
"""
