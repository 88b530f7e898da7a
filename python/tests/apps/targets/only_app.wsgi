from only_app import app as application  # noqa: F401
