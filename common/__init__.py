"""Pure helpers every floor may use: clock, coordinates, bigrams, request context. No models; knows no app."""
