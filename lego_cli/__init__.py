"""Any head mesh plus one example of a style, out comes a stylised, animatable head."""

__version__ = "0.1.0"
