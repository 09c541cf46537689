from django.urls.resolvers import URLPattern

app_name = "emergency"
urlpatterns: list[URLPattern] = []
