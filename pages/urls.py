from django.urls import path

from pages import views

urlpatterns = [
    path("", views.today, name="today"),
    path("capture/", views.capture, name="capture"),
    path("capture/understand/", views.capture_understand, name="capture_understand"),
    path("keys/", views.keys, name="keys"),
    path("bin/", views.bin_list, name="bin_list"),
    path("contacts/<number:pk>/", views.contact_detail, name="contact_detail"),
    path("contacts/<number:pk>/led-to/", views.contact_led_to, name="contact_led_to"),
    path("contacts/<number:pk>/notes/", views.note_new, name="note_new"),
]
