from django.urls import path

from interviews import guest
from interviews.views import offering, planning

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
    # offered times, and the contact's own pages
    path("contacts/<int:contact_pk>/offer/", offering.offer_new, name="offer_new"),
    path("offers/<int:pk>/", offering.offer_detail, name="offer_detail"),
    path("offers/<int:pk>/withdraw/", offering.offer_withdraw, name="offer_withdraw"),
    path("counters/<int:pk>/accept/", offering.counter_accept, name="counter_accept"),
    path("counters/<int:pk>/decline/", offering.counter_decline, name="counter_decline"),
    path("o/<str:token>/", guest.guest_offer, name="guest_offer"),
    path("o/<str:token>/answer/", guest.guest_answer, name="guest_answer"),
    path("o/<str:token>/move/", guest.guest_move, name="guest_move"),
    path("o/<str:token>/cancel/", guest.guest_cancel, name="guest_cancel"),
    path("o/<str:token>/talk.ics", guest.guest_ics, name="guest_ics"),
]
