from django.urls import path

from interviews import views

urlpatterns = [
    path("contacts/<int:contact_pk>/interviews/new/", views.interview_new, name="interview_new"),
    path("interviews/<int:pk>/", views.interview_detail, name="interview_detail"),
    path("interviews/<int:pk>/edit/", views.interview_edit, name="interview_edit"),
    path("interviews/<int:pk>/talk.ics", views.interview_ics, name="interview_ics"),
    path("interviews/<int:pk>/invite/", views.interview_invite, name="interview_invite"),
    path("interviews/<int:pk>/cancel/", views.interview_cancel, name="interview_cancel"),
    path("interviews/<int:pk>/uncancel/", views.interview_uncancel, name="interview_uncancel"),
    path("interviews/<int:pk>/hold/", views.interview_hold, name="interview_hold"),
    path("interviews/<int:pk>/unhold/", views.interview_unhold, name="interview_unhold"),
    path("interviews/<int:pk>/no-show/", views.interview_no_show, name="interview_no_show"),
]
