class ChannelError(Exception):
    """A message did not go out. ``down``: the channel itself does not answer, so the next rows would only wait in vain too."""

    def __init__(self, message: str, *, down: bool = False):
        super().__init__(message)
        self.down = down
