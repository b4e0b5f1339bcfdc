"""What is done to files: to any bytes, and to what each format is made of."""
