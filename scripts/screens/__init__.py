"""``make screens``: every page as every role in Chromium, at both widths and in both languages, looked over by program and pictured for people."""
