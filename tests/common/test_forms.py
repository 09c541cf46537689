"""What forms of several apps have in common."""

from django import forms

from common.forms import Lines


class NoteForm(forms.Form):
    note = forms.CharField(max_length=7, widget=Lines)


def test_a_line_break_counts_as_one_character_as_it_does_in_the_browser():
    form = NoteForm({"note": "一二\r\n三四\r\n五"})

    assert form.is_valid()
    assert form.cleaned_data == {"note": "一二\n三四\n五"}
