from django.urls import path

from accounts import views

urlpatterns = [
    path("settings/", views.settings, name="settings"),
    path("demo/<str:token>/", views.demo_sign_in, name="demo_sign_in"),
]
