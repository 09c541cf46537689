"""Turning what people type into clean values. Nothing is saved here."""

from grids.forms.bodies import FieldForm, HeadquartersForm, NewFieldForm, NewHeadquartersForm, NewOrganisationForm, OrganisationForm
from grids.forms.lists import PeopleFilter, PointForm, TreeFilter, lacking_choices
from grids.forms.persons import EndForm, GrantForm, HandoverForm, NewPersonForm, PersonForm, TermForm
from grids.forms.places import CloseForm, GridForm, MergeForm, MergeGridForm, MoveForm, PolygonForm, SplitForm

__all__ = [
    "CloseForm",
    "EndForm",
    "FieldForm",
    "GrantForm",
    "GridForm",
    "HandoverForm",
    "HeadquartersForm",
    "MergeForm",
    "MergeGridForm",
    "MoveForm",
    "NewFieldForm",
    "NewHeadquartersForm",
    "NewOrganisationForm",
    "NewPersonForm",
    "OrganisationForm",
    "PeopleFilter",
    "PersonForm",
    "PointForm",
    "PolygonForm",
    "SplitForm",
    "TermForm",
    "TreeFilter",
    "lacking_choices",
]
