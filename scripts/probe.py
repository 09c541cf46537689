"""Health checks of the containers: ``python -m scripts.probe web`` asks the page, any other name its sign of life in the database."""

import os
import sys
import urllib.request

SIGN_OF_LIFE = "SELECT count(*) FROM notices_heartbeat WHERE name = %s AND beat_at > now() - interval '75 seconds'"


def web() -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open("http://127.0.0.1:8000/healthz", timeout=5) as answer:
        return answer.status == 200


def sign_of_life(name: str) -> bool:
    import psycopg2

    connection = psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=5)
    try:
        with connection.cursor() as cursor:
            cursor.execute(SIGN_OF_LIFE, [name])
            return cursor.fetchone() == (1,)
    finally:
        connection.close()


if __name__ == "__main__":
    part = sys.argv[1]
    sys.exit(0 if (web() if part == "web" else sign_of_life(part)) else 1)
