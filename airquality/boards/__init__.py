"""What the pages show, worked out once for page, chart and sheet, so that these cannot differ. Everything is read with a fixed number of queries."""
