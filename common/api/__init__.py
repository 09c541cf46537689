"""What every API view shares: sign-in that answers 401 in JSON, cursor pages, and services' refusals as 400, 403 or 409."""
