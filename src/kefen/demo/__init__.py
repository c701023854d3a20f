"""The demonstration: a real year of trade, and a generated companion for what it lacks."""

from kefen.demo.files import DemoFiles, write_demo_files

__all__ = ["DemoFiles", "write_demo_files"]
