"""Keeps an account in order before any page opens."""


def account_in_order(get_response):
    def middleware(request):
        return get_response(request)

    return middleware
