from django.urls import include, path

from crm.views.contacts import contact_edit, contact_list, contact_new
from crm.views.notes import note_edit
from crm.views.verbs import (
    contact_bin,
    contact_continue,
    contact_drop,
    contact_restore,
    contact_resume,
    contact_stage,
    contact_touch,
    contact_untouch,
    contact_unwait,
    contact_wait,
    note_bin,
    note_restore,
    note_unedit,
)

urlpatterns = [
    path("contacts/", contact_list, name="contact_list"),
    path("contacts/new/", contact_new, name="contact_new"),
    path("contacts/<number:pk>/edit/", contact_edit, name="contact_edit"),
    path("contacts/<number:pk>/stage/", contact_stage, name="contact_stage"),
    path("contacts/<number:pk>/continue/", contact_continue, name="contact_continue"),
    path("contacts/<number:pk>/drop/", contact_drop, name="contact_drop"),
    path("contacts/<number:pk>/resume/", contact_resume, name="contact_resume"),
    path("contacts/<number:pk>/touch/", contact_touch, name="contact_touch"),
    path("contacts/<number:pk>/untouch/", contact_untouch, name="contact_untouch"),
    path("contacts/<number:pk>/wait/", contact_wait, name="contact_wait"),
    path("contacts/<number:pk>/unwait/", contact_unwait, name="contact_unwait"),
    path("contacts/<number:pk>/bin/", contact_bin, name="contact_bin"),
    path("contacts/<number:pk>/restore/", contact_restore, name="contact_restore"),
    path("notes/<number:pk>/edit/", note_edit, name="note_edit"),
    path("notes/<number:pk>/unedit/", note_unedit, name="note_unedit"),
    path("notes/<number:pk>/bin/", note_bin, name="note_bin"),
    path("notes/<number:pk>/restore/", note_restore, name="note_restore"),
    path("", include("crm.importing.urls")),
]
