from django.urls import path

from scorecards import views

app_name = "scorecards"
urlpatterns = [
    path("", views.ranking, name="ranking"),
    path("indicators/", views.indicators, name="indicators"),
    path("schemes/", views.schemes, name="schemes"),
    path("schemes/<int:pk>/", views.edit_scheme, name="edit_scheme"),
    path("<str:month>/", views.ranking, name="ranking_of"),
    path("<str:month>/ranking.xlsx", views.workbook, name="workbook"),
    path("<str:month>/<int:organisation>/", views.card, name="card"),
    path("<str:month>/<int:organisation>/<slug:indicator>/", views.rows, name="rows"),
]
