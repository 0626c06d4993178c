from django.urls import path

from interviews.views import planning

urlpatterns = [
    path("contacts/<int:contact_pk>/interviews/new/", planning.interview_new, name="interview_new"),
    path("interviews/<int:pk>/", planning.interview_detail, name="interview_detail"),
    path("interviews/<int:pk>/edit/", planning.interview_edit, name="interview_edit"),
    path("interviews/<int:pk>/talk.ics", planning.interview_ics, name="interview_ics"),
    path("interviews/<int:pk>/invite/", planning.interview_invite, name="interview_invite"),
    path("interviews/<int:pk>/cancel/", planning.interview_cancel, name="interview_cancel"),
    path("interviews/<int:pk>/uncancel/", planning.interview_uncancel, name="interview_uncancel"),
    path("interviews/<int:pk>/hold/", planning.interview_hold, name="interview_hold"),
    path("interviews/<int:pk>/unhold/", planning.interview_unhold, name="interview_unhold"),
    path("interviews/<int:pk>/no-show/", planning.interview_no_show, name="interview_no_show"),
]
