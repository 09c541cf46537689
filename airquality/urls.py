from django.urls.resolvers import URLPattern

app_name = "airquality"
urlpatterns: list[URLPattern] = []
