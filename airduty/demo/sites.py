"""Supervised objects of the demonstration: some of every kind, none of a real name, entered by the townships through the services."""

import datetime as dt
import random

from airduty.demo import geography, names
from airduty.demo.district import Place
from common import clock
from grids import people
from grids.roles import Role
from registers import schema
from registers.models import Site, SiteKind
from registers.services import posts
from registers.services.sites import save_site
from registers.words import Risk

EVERY = {
    "construction": 1, "catering": 1, "coal-replacement": 2, "bare-ground": 3, "road": 3, "car-repair": 6, "scattered": 5, "enterprise": 7, "vocs": 8,
    "boiler": 6, "loose-coal": 9, "gas-station": 11, "nonroad": 5, "test-point": 17, "station-source": 8,
}  # fmt: skip
"""One object of the kind in so many villages."""
AT = {
    "site-six": "construction", "muck-truck": "construction", "bare-ground": "bare-ground", "road-dust": "road", "catering-purifier": "catering",
    "catering-none": "catering", "scattered": "scattered", "coal-sale": "loose-coal", "boiler": "boiler", "gas-station": "gas-station", "vocs": "vocs",
    "spraying": "car-repair", "industry": "enterprise",
}  # fmt: skip
"""Problem type → kind of object at which it is found."""
CALLED = {
    "construction": "{village}安置房项目", "catering": "示例家常菜馆（{village}店）", "bare-ground": "{village}待建地块", "road": "{road}{village}段",
    "car-repair": "示例汽修（{village}）", "scattered": "{village}板材加工点", "enterprise": "示例机械（{village}厂）", "vocs": "示例家具（{village}厂）",
    "boiler": "{village}浴池锅炉", "loose-coal": "{village}杂货店", "gas-station": "示例石油{village}站", "nonroad": "{village}装载机",
    "test-point": "{road}{village}抽检点",
    "station-source": "{village}物料堆场",
}  # fmt: skip
WORDS = {
    "builder": "示例置业有限公司", "contractor": "示例建筑工程有限公司", "overseer_unit": "示例监理有限公司", "muck_company": "示例渣土运输公司",
    "industry": "机械加工", "owner": "示例集体经济组织", "cause": "拆迁后未开工", "company": "示例石油公司", "station": "青禾区政府站",
    "source_type": "物料堆场", "plate": "演示-00001", "visitor": "示例核查人", "products": "人造板", "former_heating": "散煤", "sweeping": "每日两次",
    "sprinkling": "每日三次", "treatment": "袋式除尘", "purifier": "静电式", "process": "裁板、压板", "demand": "裸土覆盖，车辆冲洗",
}  # fmt: skip
SIZES = {
    "six_score": (55, 100), "stoves": (1, 6), "cycle": (30, 60), "residents": (1, 6), "yearly_sales": (800, 3000), "tanks": (2, 4),
    "nozzles": (6, 16), "land_area": (900, 60_000), "floor_area": (2_000, 90_000), "area": (120, 5_000), "done_area": (0, 100),
    "device_subsidy": (1_000, 3_500), "running_subsidy": (200, 600), "daily_power": (300, 9_000), "distance": (50, 900), "power": (20, 200),
}  # fmt: skip


def build(place: Place) -> None:
    """Before life begins. A source of chance of its own: what is entered here changes nothing of what happens later."""
    rng = random.Random(len(place.villages))
    kinds = list(SiteKind.objects.filter(district=place.district).select_related("field__headquarters", "district"))
    keepers = {town.pk: people.members_of(town.organisation, {Role.TOWN_HANDLER}).first() for town in place.townships}
    for n, village in enumerate(place.villages):
        for kind in kinds:
            if (n + kind.position) % EVERY.get(kind.code, 4) == 0:
                site = _enter(place, rng, kind, village, by=keepers[village.parent_id])
                place.sites.setdefault((village.pk, kind.code), []).append(site)


def _enter(place: Place, rng: random.Random, kind: SiteKind, village, *, by) -> Site:
    lon, lat = geography.point_in(rng, village.polygon)
    called = {"village": village.name, "road": rng.choice(names.ROADS)}
    unit = kind.field.headquarters.lead_unit if kind.field.headquarters else None
    site = Site(
        kind=kind,
        district=kind.district,
        name=CALLED[kind.code].format(**called) if kind.code in CALLED else next(place.persons.names),
        address=f"{village.name}{called['road']}{rng.randint(1, 90)}号",
        lon=lon,
        lat=lat,
        organisation=unit,
        guarantor=next(place.persons.names),
        guarantor_phone=next(place.persons.phones),
        contact=next(place.persons.names),
        contact_phone=next(place.persons.phones),
        risk=Risk.KEY if rng.random() < 0.25 or kind.code == "construction" else Risk.GENERAL,
        attributes=_attributes(rng, kind),
    )
    save_site(site, by=by)
    if kind.has_trio:
        _trio(place, site, village, by=by)
    return site


def _attributes(rng: random.Random, kind: SiteKind) -> dict:
    found = {line.key: _value(rng, line) for line in schema.own_lines(kind.schema) if line.required or rng.random() < 0.8}
    return {key: value for key, value in found.items() if value is not None}


def _value(rng: random.Random, line: schema.Line):
    if line.kind == "choice":
        return rng.choice(line.choices)
    if line.kind == "bool":
        return rng.random() < 0.8
    if line.kind == "date":
        return (clock.today() - dt.timedelta(days=rng.randint(10, 300))).isoformat()
    if line.kind in ("int", "decimal"):
        return rng.randint(*SIZES.get(line.key, (1, 8)))
    return WORDS.get(line.key) or (line.title if line.required else None)


def _trio(place: Place, site: Site, village, *, by) -> None:
    """The department's and the site's persons by name; the township's is the one who walks the village."""
    walker = next(iter(place.reporters.get(village.pk, ())), None)
    posts.appoint(site, role="overseer", name=next(place.persons.names), phone=next(place.persons.phones), unit="住建局", by=by)
    posts.appoint(
        site, role="manager", name=next(place.persons.names), phone=next(place.persons.phones), unit=site.attributes.get("contractor", ""), by=by
    )
    if walker is not None:
        posts.appoint(site, role="grid_member", name=walker.name, phone=walker.phone, unit=village.name, user=walker, by=by)


def at(place: Place, code: str, village, *, lot: int) -> Site | None:
    """The object in the village at which a problem of this type is found, if there is one."""
    found = place.sites.get((village.pk, AT.get(code, "")), [])
    return found[lot % len(found)] if found else None
