"""Any mesh to a code: MAGE, its training, the fit that refines it, registration, and codes as files."""
