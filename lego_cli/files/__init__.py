"""Files on disk: the user's folders, what a run reads and must not lose, and writing that is whole or not at all."""
