from django.urls.resolvers import URLPattern

app_name = "alarms"
urlpatterns: list[URLPattern] = []
