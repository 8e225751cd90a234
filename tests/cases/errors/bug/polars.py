raise RuntimeError("a broken installation")
