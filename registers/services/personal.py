"""Showing personal data whole is an act of its own in the audit log."""

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from registers import access
from registers.models import Site
from registers.services.sites import locked


@transaction.atomic
def show_personal(site: Site, *, by) -> Site:
    site = locked(site)
    access.insist(access.may_see_personal(by, site), _("只有攻坚办、所在乡办和主管单位可以查看完整的个人信息。"))
    record("site.show_personal", site, by=by, district_id=site.district_id)
    return site
