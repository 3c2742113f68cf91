"""Django's SQLite, with connections that are kept between requests."""
