"""What people and processes start."""
