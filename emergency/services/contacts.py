"""An enterprise's contact as somebody the outbox can address: a person without any right, who cannot sign in."""

from accounts.models import User
from emergency.models import ListedEnterprise


def addressee(enterprise: ListedEnterprise) -> User | None:
    """The contact as the list names him today; None without a number."""
    if not enterprise.contact_phone:
        return None
    name = (enterprise.contact or enterprise.name)[:60]
    key = f"enterprise-{enterprise.reduction_list.district_id}-{enterprise.credit_code}"
    person, made = User.objects.get_or_create(username=key, defaults={"name": name, "phone": enterprise.contact_phone, "password": "!"})
    if not made and (person.name, person.phone) != (name, enterprise.contact_phone):
        person.name, person.phone = name, enterprise.contact_phone
        person.save(update_fields=["name", "phone"])
    return person
