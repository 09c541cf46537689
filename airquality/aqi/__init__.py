"""The air quality index and what is built on it, by the letter of the standards (domain 7). Plain values in and out: no database, no clock, no settings."""
