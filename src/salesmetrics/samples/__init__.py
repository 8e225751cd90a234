"""The sample exports that `demo` writes, packed (`exports.zip`), and the tour of commands to try on them.

The command line and the library may import it. It computes no number: the files are made by the scripts in `examples/`, and
`python examples/pack.py` packs them.
"""
