"""A plugin that cannot be imported, for the tests."""
