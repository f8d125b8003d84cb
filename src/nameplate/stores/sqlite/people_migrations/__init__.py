"""How the file of people came to have its tables: it cannot be built again, so it is brought up step by step."""
