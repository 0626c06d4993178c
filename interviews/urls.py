from django.urls import path

from interviews import guest
from interviews.views import debriefing, holding, learned, offering, planning, preparing, questions

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
    # getting ready, and the brief
    path("contacts/<int:contact_pk>/prepare/", preparing.preparation_detail, name="preparation_detail"),
    path("contacts/<int:contact_pk>/prepare/pick/", preparing.preparation_pick, name="preparation_pick"),
    path("contacts/<int:contact_pk>/prepare/questions/", preparing.question_choose, name="question_choose"),
    path(
        "contacts/<int:contact_pk>/prepare/questions/<int:pk>/move/<int:place>/",
        preparing.question_move,
        name="question_move",
    ),
    path("contacts/<int:contact_pk>/prepare/questions/<int:pk>/must/", preparing.question_must, name="question_must"),
    path("contacts/<int:contact_pk>/prepare/questions/<int:pk>/may/", preparing.question_may, name="question_may"),
    path(
        "contacts/<int:contact_pk>/prepare/questions/<int:pk>/remove/",
        preparing.question_remove,
        name="question_remove",
    ),
    path(
        "contacts/<int:contact_pk>/prepare/return/<int:question_pk>/", preparing.question_return, name="question_return"
    ),
    path("interviews/<int:pk>/brief/", preparing.brief, name="brief"),
    path("contacts/<int:contact_pk>/brief/", preparing.contact_brief, name="contact_brief"),
    path("questions/", questions.question_list, name="question_list"),
    path("questions/new/", questions.question_new, name="question_new"),
    path("questions/<str:key>/", questions.question_edit, name="question_edit"),
    path("questions/<str:key>/retire/", questions.question_retire, name="question_retire"),
    path("questions/<str:key>/unretire/", questions.question_unretire, name="question_unretire"),
    # what came of it
    path("learned/", learned.learned_list, name="learned"),
    path("learned/<int:question_pk>/", learned.learned_question, name="learned_question"),
    # the room, the debrief and the thank-you
    path("interviews/<int:pk>/room/", holding.room, name="room"),
    path("interviews/<int:pk>/room/start/", holding.room_start, name="room_start"),
    path("interviews/<int:pk>/room/write/", holding.room_write, name="room_write"),
    path("interviews/<int:pk>/room/clock/", holding.room_clock, name="room_clock"),
    path("interviews/<int:pk>/room/save/", holding.room_save, name="room_save"),
    path("interviews/<int:pk>/room/extend/", holding.room_extend, name="room_extend"),
    path("interviews/<int:pk>/room/unextend/", holding.room_unextend, name="room_unextend"),
    path("interviews/<int:pk>/room/pause/", holding.room_pause, name="room_pause"),
    path("interviews/<int:pk>/room/resume/", holding.room_resume, name="room_resume"),
    path("interviews/<int:pk>/room/end/", holding.room_end, name="room_end"),
    path("interviews/<int:pk>/room/no-show/", holding.room_no_show, name="room_no_show"),
    path("interviews/<int:pk>/room/reopen/", holding.room_reopen, name="room_reopen"),
    path("interviews/<int:pk>/debrief/", debriefing.debrief, name="debrief"),
    path("interviews/<int:pk>/debrief/done/", debriefing.debrief_done, name="debrief_done"),
    path("interviews/<int:pk>/debrief/reopen/", debriefing.debrief_reopen, name="debrief_reopen"),
    path("interviews/<int:pk>/thank-you/", debriefing.thank_you, name="thank_you"),
    path("interviews/<int:pk>/thank-you/cancel/", debriefing.thank_you_cancel, name="thank_you_cancel"),
]
