from django.urls import path

from bench.floor import views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/search/", views.search, name="search"),
    path("people/new/", views.new, name="new"),
    path("people/<int:pk>/", views.person, name="person"),
]
