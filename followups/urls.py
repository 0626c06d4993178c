from django.urls import path

from followups import mail_pages, views

urlpatterns = [
    path("follow-ups/", views.promise_list, name="promise_list"),
    path("contacts/<number:contact_pk>/promises/new/", views.promise_new, name="promise_new"),
    path("contacts/<number:contact_pk>/promises/left/", views.promises_left, name="promises_left"),
    path("contacts/<number:contact_pk>/promises/left/keep/", views.promises_left_keep, name="promises_left_keep"),
    path("contacts/<number:contact_pk>/promises/left/forget/", views.promises_left_forget, name="promises_left_forget"),
    path("contacts/<number:contact_pk>/promises/left/let-go/", views.promises_left_let_go, name="promises_left_let_go"),
    path("contacts/<number:contact_pk>/promises/left/reopen/", views.promises_left_reopen, name="promises_left_reopen"),
    path("promises/new/", views.promise_to, name="promise_to"),
    path("promises/<number:pk>/", views.promise_detail, name="promise_detail"),
    path("promises/<number:pk>/edit/", views.promise_edit, name="promise_edit"),
    path("promises/<number:pk>/keep/", views.promise_keep, name="promise_keep"),
    path("promises/<number:pk>/let-go/", views.promise_let_go, name="promise_let_go"),
    path("promises/<number:pk>/reopen/", views.promise_reopen, name="promise_reopen"),
    path("promises/<number:pk>/snooze/<number:days>/", views.promise_snooze, name="promise_snooze"),
    path("promises/<number:pk>/unsnooze/", views.promise_unsnooze, name="promise_unsnooze"),
    path("promises/<number:pk>/bin/", views.promise_bin, name="promise_bin"),
    path("promises/<number:pk>/restore/", views.promise_restore, name="promise_restore"),
    path("m/<str:token>/", mail_pages.promise_button, name="promise_button"),
    path("stop/<str:token>/", mail_pages.reminders_stop, name="reminders_stop"),
    path("start/<str:token>/", mail_pages.reminders_start, name="reminders_start"),
]
