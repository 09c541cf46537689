import io
from datetime import timedelta

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from notices.models import Notice
from sheets import files, services
from sheets.models import Job
from sheets.services import Result
from sheets.writing import Col, Workbook
from tests.factories.accounts import UserFactory
from tests.factories.sheets import JobFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.sheets.urls")]
HERE = "tests.sheets.test_jobs"


@pytest.fixture(autouse=True)
def _runners(settings):
    settings.SHEET_JOBS = {
        name: f"{HERE}.{name}" for name in ("numbers", "refuses", "breaks", "only_tells", "is_overtaken", "is_overtaken_on_the_way")
    }


def numbers(job):
    services.progress(job, 1, 3)
    book = Workbook("数字").sheet("数字", columns=[Col("数", kind="int")], rows=[(n,) for n in range(job.params["count"])])
    return Result(book, "数字 台账.xlsx", row_count=job.params["count"], filters="全部")


def refuses(job):
    raise ValidationError("这个月还没有数据")


def breaks(job):
    raise ZeroDivisionError


def only_tells(job):
    return Result(message="新增 3 行")


def is_overtaken(job):
    """While this worker slept its lease ran out, and another one took and finished the job."""
    Job.objects.filter(pk=job.pk).update(claimed_by="another", lease_until=timezone.now() + timedelta(minutes=1))
    return Result(b"x", "x.csv")


def is_overtaken_on_the_way(job):
    """Another one takes the job while its file is being written."""

    def rows():
        yield (1,)
        is_overtaken(job)
        services.progress(job, 1, 2)

    return Result(Workbook("数字").sheet("数字", columns=[Col("数", kind="int")], rows=rows()), "数字.xlsx")


def test_a_job_is_run_told_audited_and_downloaded(client):
    person = UserFactory()
    job = services.start("numbers", params={"count": 3}, by=person, district_id=7, title="数字台账")
    assert services.run_waiting() == 1
    job.refresh_from_db()
    assert (job.state, job.progress, job.total, job.percent, job.error) == ("done", 1, 3, 33, "")
    notice = Notice.objects.get(recipient=person)
    assert (notice.title, notice.url) == ("“数字台账”已完成", reverse("sheets:job", args=[job.pk]))
    export = AuditEvent.objects.get(action="export")
    assert (export.actor_id, export.district_id) == (person.pk, 7)

    client.force_login(person)
    assert "下载" in client.get(reverse("sheets:job", args=[job.pk])).text
    assert "数字台账" in client.get(reverse("sheets:jobs")).text
    answer = client.get(reverse("sheets:download", args=[job.pk]))
    assert "filename*=utf-8''%E6%95%B0%E5%AD%97%20%E5%8F%B0%E8%B4%A6.xlsx" in answer["Content-Disposition"]
    page = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert [cell.value for cell in page["A"]][:5] == ["数字", "数", 0, 1, 2]
    assert f"审计号 7-{export.seq}" in page["A6"].value
    assert AuditEvent.objects.filter(action="download", object_id=str(job.pk)).count() == 1


def test_nobody_sees_the_jobs_of_others(client):
    job = JobFactory(state="done")
    client.force_login(UserFactory())
    for name in ("job", "download"):
        assert client.get(reverse(f"sheets:{name}", args=[job.pk])).status_code == 404
    assert job.title not in client.get(reverse("sheets:jobs")).text


def test_starting_wakes_a_worker_only_after_commit(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        services.start("numbers", params={"count": 1}, by=UserFactory())
    assert callbacks == [services.nudge]


def test_a_killed_workers_job_is_taken_again():
    job = JobFactory(params={"count": 2})
    dead = services.claim(job.pk)
    assert services.run_waiting() == 0
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert services.run_waiting() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)
    with pytest.raises(services.LostClaim):
        services.progress(dead, 1, 2)


def test_a_job_that_kills_its_worker_is_given_up():
    job = JobFactory(state="running", attempts=services.MAX_ATTEMPTS, lease_until=timezone.now() - timedelta(seconds=1), params={"count": 1})
    services.run_waiting()
    job.refresh_from_db()
    assert (job.state, job.error.startswith("处理多次中断")) == ("failed", True)
    assert Notice.objects.filter(recipient=job.requested_by, title__contains="没有完成").exists()


def test_one_job_is_claimed_once():
    job = JobFactory()
    assert services.claim(job.pk)
    assert services.claim(job.pk) is None


@pytest.mark.parametrize("kind", ["is_overtaken", "is_overtaken_on_the_way"])
def test_a_worker_that_was_overtaken_leaves_nothing(kind):
    job = services.run(JobFactory(kind=kind))
    assert (job.state, job.claimed_by, job.result_path) == ("running", "another", "")
    assert not list(files.root("exports").glob("*/*"))
    assert not Notice.objects.exists()


def test_a_worker_that_fails_after_being_overtaken_changes_nothing():
    job = services.claim(JobFactory(kind="refuses").pk)
    Job.objects.filter(pk=job.pk).update(claimed_by="another")
    assert services.run(job).state == "running"
    assert not Notice.objects.exists()


def test_a_refusal_is_shown_to_the_person(client):
    job = services.run(JobFactory(kind="refuses"))
    assert (job.state, job.error) == ("failed", "这个月还没有数据")
    client.force_login(job.requested_by)
    assert "这个月还没有数据" in client.get(reverse("sheets:job", args=[job.pk])).text


def test_a_defect_ends_the_job_and_is_raised_for_the_log():
    job = JobFactory(kind="breaks")
    with pytest.raises(ZeroDivisionError):
        services.run(job)
    job.refresh_from_db()
    assert (job.state, str(job.pk) in job.error) == ("failed", True)


def test_a_job_without_a_file_tells_its_result(client):
    job = services.run(JobFactory(kind="only_tells"))
    client.force_login(job.requested_by)
    assert "新增 3 行" in client.get(reverse("sheets:job", args=[job.pk])).text


@pytest.mark.parametrize(("fields", "word"), [({}, "排队中"), ({"state": "running", "total": 10, "progress": 4}, "4 / 10")])
def test_the_page_asks_again_while_the_job_runs(client, fields, word):
    job = JobFactory(**fields)
    client.force_login(job.requested_by)
    part = client.get(reverse("sheets:job", args=[job.pk]), headers={"HX-Request": "true"}).text
    assert word in part
    assert "every 2s" in part
    assert "<html" not in part


def test_a_queue_that_stands_still_says_so(client):
    job = JobFactory(created_at=timezone.now() - timedelta(minutes=2))
    client.force_login(job.requested_by)
    assert "后台正忙" in client.get(reverse("sheets:job", args=[job.pk])).text


def test_files_go_after_a_week(client):
    job = services.run(JobFactory(params={"count": 1}))
    path = files.path_of(job.result_path)
    files.clear_old()
    assert path.exists()
    Job.objects.update(finished_at=timezone.now() - timedelta(days=8))
    files.clear_old()
    assert not path.exists()
    client.force_login(job.requested_by)
    page = client.get(reverse("sheets:download", args=[job.pk]), follow=True).text
    assert "已过保留期" in page


def test_an_unknown_kind_is_a_programming_error():
    with pytest.raises(ValueError, match="SHEET_JOBS"):
        services.start("nothing", params={}, by=UserFactory())


def test_an_export_is_audited_and_named_in_chinese():
    person = UserFactory()
    book = Workbook("台账").sheet("台账", columns=[Col("名称")], rows=[("甲",)])
    answer = services.export_response(book, "整改台账/\r\n.xlsx", by=person, kind="ledger", filters="逾期", row_count=1, district_id=7)
    event = AuditEvent.objects.get()
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6%95%B4%E6%94%B9")
    assert "\n" not in answer["Content-Disposition"]
    footer = openpyxl.load_workbook(io.BytesIO(answer.content)).active["A4"].value
    assert str(person) in footer
    assert f"审计号 7-{event.seq}" in footer
    assert services.export_response(b"a", "a.csv", by=None, kind="x", filters="", row_count=0, district_id=0)["Content-Type"].startswith("text/csv")
