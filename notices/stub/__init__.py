"""A gateway that sends nothing: for tests and the demonstration. It takes texts, calls, the three platforms' robots and pushes, answers as the real
ones do, can be told to be slow, dead or refusing, and shows what it got."""
