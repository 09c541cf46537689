"""An enterprise's contact as somebody the outbox can address: a person without any right, who cannot sign in."""

from accounts.codes import digits
from accounts.models import User
from emergency.models import ListedEnterprise
from grids import people


def guarantor(enterprise: ListedEnterprise) -> User | None:
    """The cadre who answers for the enterprise: somebody of the district with this number, else a person without any right."""
    if not enterprise.guarantor_phone:
        return None
    district_id = enterprise.reduction_list.district_id
    known = list(people.of_district(district_id).filter(phone=digits(enterprise.guarantor_phone), is_active=True)[:2])
    if len(known) == 1:
        return known[0]
    key = f"guarantor-{district_id}-{enterprise.credit_code}"
    return _person(key, (enterprise.guarantor or enterprise.name)[:60], enterprise.guarantor_phone)


def addressee(enterprise: ListedEnterprise) -> User | None:
    """The contact as the list names him today; None without a number."""
    if not enterprise.contact_phone:
        return None
    key = f"enterprise-{enterprise.reduction_list.district_id}-{enterprise.credit_code}"
    return _person(key, (enterprise.contact or enterprise.name)[:60], enterprise.contact_phone)


def _person(key: str, name: str, phone: str) -> User:
    phone = digits(phone)
    person, made = User.objects.get_or_create(username=key, defaults={"name": name, "phone": phone, "password": "!"})
    if not made and (person.name, person.phone) != (name, phone):
        person.name, person.phone = name, phone
        person.save(update_fields=["name", "phone"])
    return person
