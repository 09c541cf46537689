from django.urls import path

from scorecards.views import cards, methods, ranking, schemes

app_name = "scorecards"
urlpatterns = [
    path("", ranking.ranking, name="ranking"),
    path("indicators/", schemes.indicators, name="indicators"),
    path("schemes/", schemes.schemes, name="schemes"),
    path("schemes/<int:pk>/", schemes.edit_scheme, name="edit_scheme"),
    path("methods/", methods.methods, name="methods"),
    path("<str:month>/", ranking.ranking, name="ranking_of"),
    path("<str:month>/ranking.xlsx", ranking.workbook, name="workbook"),
    path("<str:month>/<int:organisation>/", cards.card, name="card"),
    path("<str:month>/<int:organisation>/<slug:indicator>/", cards.rows, name="rows"),
]
