"""The console: pages for people, made on the server. What a page does beyond showing goes through the API."""
