from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from bench.floor.models import Person

PAGE = 25  # as ours


class PersonForm(forms.ModelForm):
    class Meta:
        model = Person
        fields = ["name", "role", "organisation"]


@login_required
def people(request: HttpRequest) -> HttpResponse:
    found = request.user.people.order_by("name_key", "id")[:PAGE]
    return render(request, "people.html", {"people": found})


@login_required
def search(request: HttpRequest) -> HttpResponse:
    found = request.user.people.filter(search_text__contains=request.GET["q"].lower()).order_by("name_key", "id")
    return render(request, "_rows.html", {"people": found[:PAGE]})


@login_required
def person(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "person.html", {"person": get_object_or_404(request.user.people, pk=pk)})


@login_required
def new(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if form.is_valid():
        form.instance.owner = request.user
        form.instance.name_key = form.instance.search_text = form.instance.name.lower()
        form.save()
        return redirect("person", pk=form.instance.pk)
    return render(request, "person_new.html", {"form": form})
