"""As Django makes it: the application is in one of its modules."""
