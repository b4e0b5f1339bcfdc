"""Styles from one example, and the training of what they need: what ``lego finetune`` and ``lego train`` call."""
