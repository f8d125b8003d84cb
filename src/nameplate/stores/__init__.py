"""Where the registry is kept between starts."""
