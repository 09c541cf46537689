from django.urls import path

from scorecards.views import adjustments, appeals, cards, methods, ranking, schemes, settling

app_name = "scorecards"
urlpatterns = [
    path("", ranking.ranking, name="ranking"),
    path("indicators/", schemes.indicators, name="indicators"),
    path("schemes/", schemes.schemes, name="schemes"),
    path("schemes/<int:pk>/", schemes.edit_scheme, name="edit_scheme"),
    path("methods/", methods.methods, name="methods"),
    path("appeals/", appeals.appeal_list, name="appeals"),
    path("appeals/new/<int:card>/<str:event_key>/", appeals.new_appeal, name="new_appeal"),
    path("appeals/<int:pk>/", appeals.appeal, name="appeal"),
    path("appeals/<int:pk>/decide/", appeals.decide, name="decide_appeal"),
    path("appeals/<int:pk>/withdraw/", appeals.withdraw, name="withdraw_appeal"),
    path("appeals/<int:pk>/papers/<int:file>/", appeals.paper, name="appeal_paper"),
    path("settling/", settling.settling_page, name="settling"),
    path("settling/rules/", settling.rules, name="settling_rules"),
    path("settling/<str:month>/", settling.settling_page, name="settling_of"),
    path("settling/<str:month>/propose/", settling.propose, name="propose_settling"),
    path("settling/<str:month>/approve/", settling.approve, name="approve_settling"),
    path("settling/<str:month>/send-back/", settling.send_back, name="send_back_settling"),
    path("settling/<str:month>/recompute/", settling.recompute, name="recompute"),
    path("adjustments/", adjustments.adjustment_list, name="adjustments"),
    path("adjustments/new/", adjustments.new_adjustment, name="new_adjustment"),
    path("adjustments/<int:pk>/", adjustments.adjustment, name="adjustment"),
    path("adjustments/<int:pk>/paper/", adjustments.paper, name="adjustment_paper"),
    path("adjustments/<int:pk>/<slug:action>/", adjustments.answer, name="answer_adjustment"),
    path("<str:month>/", ranking.ranking, name="ranking_of"),
    path("<str:month>/ranking.xlsx", ranking.workbook, name="workbook"),
    path("<str:month>/<int:organisation>/", cards.card, name="card"),
    path("<str:month>/<int:organisation>/<slug:indicator>/", cards.rows, name="rows"),
]
