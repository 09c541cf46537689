"""Air in the scorecards: what a month takes over from ``airquality``, what it comes to, what it is worth."""
