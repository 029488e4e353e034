"""The exceptions of ndr. Each is an `NdrError` and the exception that Python itself would raise."""


class NdrError(Exception):
    """Whatever ndr raises derives from it."""


class ReadError(NdrError, OSError):
    """A file could not be read: `filename` names it, `strerror` says why."""


class InputError(NdrError, ValueError, TypeError):
    """What was given is not what ndr takes; the message names it, and what would do."""


class CatalogError(NdrError, ValueError):
    """A catalogue has mistakes; the message names file, line and column of each, and a way out."""
