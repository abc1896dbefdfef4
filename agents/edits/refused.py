"""Why an edit is not made, in a sentence that the model can act on."""


class Refused(ValueError):
    """Nothing was written; the message says why and what to do instead."""
