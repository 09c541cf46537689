"""Pages of the field, below /m/."""

app_name = "mobile"
urlpatterns: list = []
