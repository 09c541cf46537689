"""Pages of the ledger, below /ledger/. The page of one finding is ``rectification:finding``."""

from django.urls import path

from inspections.views import ledger

app_name = "inspections"
urlpatterns = [
    path("", ledger.ledger, name="ledger"),
    path("counts/", ledger.counts, name="ledger-counts"),
    path("export/", ledger.export, name="ledger-export"),
    path("views/", ledger.save_view, name="save-view"),
    path("views/<int:pk>/", ledger.change_view, name="change-view"),
]
