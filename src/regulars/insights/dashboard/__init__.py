"""The dashboard: one page of figures whose whole state is its address."""
