"""DT: exemplars, styles learned from one of them, style files, and what a style does to people in figures."""
