"""What the test set-up itself promises."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import connection

User = get_user_model()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_turn", [1, 2])
def test_rows_of_migrations_outlive_a_transactional_test(_turn):
    assert not User.objects.exists()
    assert ContentType.objects.filter(app_label="accounts").exists()

    User.objects.create_user(username="张三", password="x")


@pytest.mark.django_db
def test_database_commits_as_in_production():
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone() == ("on",)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_browser_opens_a_page_and_its_published_files(page, live_server):
    answer = page.goto("/accounts/login/")

    assert answer.status == 200
    assert page.request.get("/static/vendor/tabler.min.css").ok


@pytest.mark.django_db
def test_orm_still_works_after_a_browser_test():
    assert User.objects.count() == 0
