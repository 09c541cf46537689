"""What the side navigation shows to this person."""


def navigation(request):
    return {}
