"""The field app on a phone: what a person does, and what the network, the server and the browser do to it."""
