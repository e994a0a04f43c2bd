"""The one exception that means: the input is wrong, and the message says how to mend it."""


class UserError(ValueError):
    """Bad input; the command line shows the message alone and exits with status 2."""
