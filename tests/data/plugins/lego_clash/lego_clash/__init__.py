"""A plugin that uses names that others have, for the tests."""
