"""The managing process: the API, the tables, the exports. Its changes are commands to the deciding process."""
