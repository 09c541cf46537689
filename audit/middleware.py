"""Refusals are acts too (GB/T 22239-2019, 8.1.4.3)."""

from audit.services import home_of, record


def record_refusals(get_response):
    """Record each 403 given to a signed-in person: what was asked for, never its content."""

    def middleware(request):
        response = get_response(request)
        if response.status_code == 403 and request.user.is_authenticated:
            asked = {"method": request.method, "path": request.path[:500]}
            record("access.refused", "url", by=request.user, district_id=home_of(request.user), payload=asked, result="refused")
        return response

    return middleware
