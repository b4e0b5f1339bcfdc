"""A plugin with a misspelt hook beside a good one, for the tests."""
