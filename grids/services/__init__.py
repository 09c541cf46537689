"""Every write to places and people. Callers say ``from grids import services`` or import the verb from its module."""

from grids.services.headquarters import attach_field, create_field, create_headquarters, edit_field, set_headquarters
from grids.services.merging import merge_grids, merge_organisations
from grids.services.organisations import close_organisation, create_organisation, edit_organisation, rename_organisation
from grids.services.persons import (
    create_person,
    deactivate_person,
    edit_person,
    end_session,
    free_username,
    make_sign_in_ticket,
    open_account,
    reactivate_person,
    reset_password,
    show_phone,
    take_off_second_factor,
)
from grids.services.places import close_grid, create_district, create_grid, edit_grid, move_grid, rename_grid, set_polygon
from grids.services.splitting import split_grid
from grids.services.terms import appoint, check_may_hand_over, end_handover, end_membership, end_post, grant, hand_over

__all__ = [
    "appoint",
    "attach_field",
    "check_may_hand_over",
    "close_grid",
    "close_organisation",
    "create_district",
    "create_field",
    "create_grid",
    "create_headquarters",
    "create_organisation",
    "create_person",
    "deactivate_person",
    "edit_field",
    "edit_grid",
    "edit_organisation",
    "edit_person",
    "end_handover",
    "end_membership",
    "end_post",
    "end_session",
    "free_username",
    "grant",
    "hand_over",
    "make_sign_in_ticket",
    "merge_grids",
    "merge_organisations",
    "move_grid",
    "open_account",
    "reactivate_person",
    "rename_grid",
    "rename_organisation",
    "reset_password",
    "set_headquarters",
    "set_polygon",
    "show_phone",
    "split_grid",
    "take_off_second_factor",
]
