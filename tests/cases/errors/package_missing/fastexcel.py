raise ModuleNotFoundError("No module named 'fastexcel'", name="fastexcel")
