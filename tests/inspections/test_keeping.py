import uuid

import pytest

from audit.models import AuditEvent
from common import clock
from inspections.models import Finding, ProblemType
from tests.factories.accounts import UserFactory
from tests.factories.inspections import FindingFactory, ProblemTypeFactory
from tests.factories.rectification import TaskFactory

pytestmark = pytest.mark.django_db


def fields_of(form) -> dict:
    return {name: value for name in form.fields if (value := form[name].value()) is not None and value is not False}


class TestTypes:
    @pytest.fixture
    def keeper(self, client, district):
        user = UserFactory(office_director=district)
        client.force_login(user)
        return client

    def test_change_is_kept_in_the_chain_and_moves_no_issued_date(self, keeper, bare, district):
        task = TaskFactory(finding=FindingFactory(district=district, problem_type=bare, state="assigned"))
        words = fields_of(keeper.get(f"/ledger/types/{bare.pk}/").context["form"])
        keeper.post(f"/ledger/types/{bare.pk}/", words | {"finish_figure": 9, "finish_unit": "natural_days", "is_active": ""})
        bare.refresh_from_db()
        assert (bare.finish_figure, bare.finish_unit, bare.is_active) == (9, "natural_days", False)
        event = AuditEvent.objects.get(action="problem_type.edit")
        assert '"finish_figure":["3","9"]' in event.payload
        due_at = task.due_at
        task.refresh_from_db()
        assert task.due_at == due_at

    def test_code_never_changes(self, keeper, bare):
        words = fields_of(keeper.get(f"/ledger/types/{bare.pk}/").context["form"])
        keeper.post(f"/ledger/types/{bare.pk}/", words | {"code": "other"})
        assert ProblemType.objects.get(pk=bare.pk).code == "bare-ground"

    def test_new_type_can_be_reported_at_once(self, keeper, bare, district):
        words = fields_of(keeper.get(f"/ledger/types/{bare.pk}/").context["form"])
        answer = keeper.post("/ledger/types/new/", words | {"code": "kiln", "name": "土窑"})
        assert answer.status_code == 302
        made = ProblemType.objects.get(code="kiln")
        assert (made.district, made.name) == (district, "土窑")

    def test_taken_code_and_missing_unit_are_told(self, keeper, bare):
        words = fields_of(keeper.get(f"/ledger/types/{bare.pk}/").context["form"])
        errors = (
            keeper.post("/ledger/types/new/", words | {"code": "x y", "arrive_figure": 5, "arrive_unit": "", "finish_figure": 0})
            .context["form"]
            .errors
        )
        assert set(errors) == {"code", "arrive_unit", "finish_figure"}
        assert keeper.post("/ledger/types/new/", words | {"code": "bare-ground"}).status_code == 400

    def test_others_read_but_do_not_change(self, client, bare, member, office):
        for user in (member, office):
            client.force_login(user)
            assert bare.name in client.get("/ledger/types/").content.decode()
            assert client.get(f"/ledger/types/{bare.pk}/").status_code == 403
            assert client.post("/ledger/types/new/", {}).status_code == 403

    def test_type_of_another_district_is_404(self, keeper):
        assert keeper.get(f"/ledger/types/{ProblemTypeFactory().pk}/").status_code == 404


class TestGaps:
    def test_missing_numbers_of_a_device_are_listed(self, put, client, member, office, report):
        for seq in (1, 2, 4, 7):
            put(member, report(seq=seq, text=f"第{seq}条"))
        put(member, report(device_id="phone-2", seq=1))
        client.force_login(office)
        gaps = client.get("/ledger/gaps/").context["gaps"]
        assert [(gap.device_id, gap.missing, gap.count, gap.reporters) for gap in gaps] == [("phone-1", [3, 5, 6], 3, [member.name])]

    def test_reports_visits_and_rounds_are_counted_together(self, put, put_visit, put_patrol, client, member, office, report, seen, planned):
        put_patrol(member, {"device_id": "phone-1", "seq": 1, "started_at": clock.now().isoformat()}, key=planned.patrol.uuid)
        put_visit(member, seen(seq=2), key=planned.uuid)
        put(member, report(seq=3))
        put(member, report(seq=4, lat=900), **{"X-Offline": "1"})
        put_patrol(member, {"device_id": "phone-1", "seq": 6, "finished_at": clock.now().isoformat()}, key=planned.patrol.uuid)
        client.force_login(office)
        [gap] = client.get("/ledger/gaps/").context["gaps"]
        assert (gap.missing, gap.last_seq) == ([5], 6)

    def test_huge_number_does_not_stop_the_page(self, put, client, member, office, report):
        put(member, report(seq=2_147_483_647))
        client.force_login(office)
        gap = client.get("/ledger/gaps/").context["gaps"][0]
        assert (gap.count, len(gap.missing)) == (2_147_483_646, 50)

    def test_waiting_photos_and_submissions_are_listed(self, put, client, member, supervision, report):
        put(member, report(photos=[{"sha256": "a" * 64, "size": 5}]))
        put(member, report(lat=900), **{"X-Offline": "1"})
        client.force_login(supervision)
        context = client.get("/ledger/gaps/").context
        assert (len(context["missing"]), len(context["held"])) == (1, 1)

    def test_page_is_for_office_and_supervision(self, client, member):
        client.force_login(member)
        assert client.get("/ledger/gaps/").status_code == 403


class TestMarks:
    @pytest.fixture
    def marked(self, put, member, report):
        key = uuid.uuid4()
        put(member, report(captured_at="2026-01-01T00:00:00Z"), key=key)
        return Finding.objects.get(uuid=key)

    def test_reporter_answers_and_the_mark_stays_beside_it(self, client, marked, member):
        client.force_login(member)
        assert f'href="/ledger/{marked.uuid}/flags/?code=late_arrival"' in client.get(marked.get_absolute_url()).content.decode()
        assert "说明疑点：补录" in client.get(f"/ledger/{marked.uuid}/flags/?code=late_arrival").content.decode()
        for _twice in range(2):
            client.post(f"/ledger/{marked.uuid}/flags/", {"code": "late_arrival", "answer": "山里没有信号"})
        marked.refresh_from_db()
        assert [(mark["code"], mark["answer"]) for mark in marked.flags] == [("late_arrival", "山里没有信号")]
        assert AuditEvent.objects.filter(action="finding.flag_answer").count() == 1

    def test_answer_does_not_tell_who_reported(self, client, marked, member):
        client.force_login(member)
        client.post(f"/ledger/{marked.uuid}/flags/", {"code": "late_arrival", "answer": "山里没有信号"})
        marked.refresh_from_db()
        assert member.name not in str(marked.flags)

    def test_empty_answer_and_unknown_mark_are_refused(self, client, marked, member):
        client.force_login(member)
        for words in ({"code": "late_arrival", "answer": " "}, {"code": "no_place", "answer": "x"}, {}):
            refused = client.post(f"/ledger/{marked.uuid}/flags/", words)
            assert (refused.status_code, words.get("answer", "").strip() in refused.content.decode()) == (400, True)
        marked.refresh_from_db()
        assert "answer" not in marked.flags[0]

    def test_others_who_see_it_may_not_answer(self, client, marked, district):
        client.force_login(UserFactory(chief=district.villages[0]))
        assert client.post(f"/ledger/{marked.uuid}/flags/", {"code": "late_arrival", "answer": "x"}).status_code == 403
