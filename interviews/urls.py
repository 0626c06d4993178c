from django.urls import include, path

from interviews.asking import views as asking
from interviews.debriefing import views as debriefing
from interviews.holding import views as holding
from interviews.learning import views as learning
from interviews.news import views as news
from interviews.offering import guest
from interviews.offering import views as offering
from interviews.past_talks import views as past_talks
from interviews.planning import views as planning
from interviews.preparing import question_views
from interviews.preparing import views as preparing
from interviews.replying import guest_replies
from interviews.replying import views as replying
from interviews.subscribing import views as subscribing
from interviews.thanking import views as thanking

prepare = [
    path("", preparing.preparation_detail, name="preparation_detail"),
    path("pick/", preparing.preparation_pick, name="preparation_pick"),
    path("questions/", preparing.question_choose, name="question_choose"),
    path("questions/<number:pk>/move/<number:place>/", preparing.question_move, name="question_move"),
    path("questions/<number:pk>/must/", preparing.question_must, name="question_must"),
    path("questions/<number:pk>/may/", preparing.question_may, name="question_may"),
    path("questions/<number:pk>/remove/", preparing.question_remove, name="question_remove"),
    path("return/<number:question_pk>/", preparing.question_return, name="question_return"),
]
their_time = [
    path("", replying.interview_take_their_time, name="interview_take_their_time"),
    path("untake/", replying.interview_untake_their_time, name="interview_untake_their_time"),
    path("refuse/", replying.interview_refuse_their_time, name="interview_refuse_their_time"),
    path("reconsider/", replying.interview_reconsider_their_time, name="interview_reconsider_their_time"),
]
urlpatterns = [
    path("contacts/<number:contact_pk>/interviews/new/", planning.interview_new, name="interview_new"),
    path("interviews/<number:pk>/", planning.interview_detail, name="interview_detail"),
    path("interviews/<number:pk>/edit/", planning.interview_edit, name="interview_edit"),
    path("interviews/<number:pk>/talk.ics", planning.interview_ics, name="interview_ics"),
    path("interviews/<number:pk>/invite/", planning.interview_invite, name="interview_invite"),
    path("interviews/<number:pk>/cancel/", planning.interview_cancel, name="interview_cancel"),
    path("interviews/<number:pk>/uncancel/", planning.interview_uncancel, name="interview_uncancel"),
    path("interviews/<number:pk>/hold/", planning.interview_hold, name="interview_hold"),
    path("interviews/<number:pk>/unhold/", planning.interview_unhold, name="interview_unhold"),
    path("interviews/<number:pk>/no-show/", planning.interview_no_show, name="interview_no_show"),
    # a talk that took place without the app
    path("contacts/<number:contact_pk>/talked/", past_talks.past_talk_new, name="past_talk_new"),
    path("talked/<number:pk>/remove/", past_talks.past_talk_remove, name="past_talk_remove"),
    path("talked/<number:pk>/put-back/", past_talks.past_talk_put_back, name="past_talk_put_back"),
    # asking by letter
    path("contacts/<number:contact_pk>/ask/", asking.ask_new, name="ask_new"),
    path("asks/<number:pk>/", asking.ask_detail, name="ask_detail"),
    path("asks/<number:pk>/take-back/", asking.ask_take_back, name="ask_take_back"),
    path("asks/<number:pk>/wait/", asking.ask_wait, name="ask_wait"),
    path("asks/<number:pk>/close/", asking.ask_close, name="ask_close"),
    path("asks/<number:pk>/reopen/", asking.ask_reopen, name="ask_reopen"),
    # answers to an invitation
    path("interviews/<number:pk>/reply/", replying.interview_reply, name="interview_reply"),
    path("interviews/<number:pk>/their-time/", include(their_time)),
    path("interviews/<number:pk>/said-yes/", replying.interview_said_yes, name="interview_said_yes"),
    path("interviews/<number:pk>/said-perhaps/", replying.interview_said_perhaps, name="interview_said_perhaps"),
    path("interviews/<number:pk>/said-no/", replying.interview_said_no, name="interview_said_no"),
    path("interviews/<number:pk>/unsay/", replying.interview_unsay, name="interview_unsay"),
    path("i/<str:token>/yes/", guest_replies.guest_yes, name="guest_yes"),
    path("i/<str:token>/no/", guest_replies.guest_no, name="guest_no"),
    path("i/<str:token>/another/", guest_replies.guest_another, name="guest_another"),
    path("news/<number:pk>/see/", news.news_see, name="news_see"),
    path("news/<number:pk>/unsee/", news.news_unsee, name="news_unsee"),
    # offered times, and the contact's own pages
    path("contacts/<number:contact_pk>/offer/", offering.offer_new, name="offer_new"),
    path("contacts/<number:contact_pk>/offer/<number:row>/<slug:by>/", offering.offer_shift, name="offer_shift"),
    path("offers/<number:pk>/", offering.offer_detail, name="offer_detail"),
    path("offers/<number:pk>/withdraw/", offering.offer_withdraw, name="offer_withdraw"),
    path("offers/<number:pk>/unwithdraw/", offering.offer_unwithdraw, name="offer_unwithdraw"),
    path("offers/<number:pk>/wait/", offering.offer_wait, name="offer_wait"),
    path("offers/<number:pk>/let-be/", offering.offer_let_be, name="offer_let_be"),
    path("offers/<number:pk>/follow-up/", offering.offer_follow_up, name="offer_follow_up"),
    path("counters/<number:pk>/unaccept/", offering.counter_unaccept, name="counter_unaccept"),
    path("counters/<number:pk>/accept/", offering.counter_accept, name="counter_accept"),
    path("counters/<number:pk>/decline/", offering.counter_decline, name="counter_decline"),
    path("counters/<number:pk>/undecline/", offering.counter_undecline, name="counter_undecline"),
    path("o/<str:token>/", guest.guest_offer, name="guest_offer"),
    path("o/<str:token>/answer/", guest.guest_answer, name="guest_answer"),
    path("o/<str:token>/move/", guest.guest_move, name="guest_move"),
    path("o/<str:token>/cancel/", guest.guest_cancel, name="guest_cancel"),
    path("o/<str:token>/word/", guest.guest_word, name="guest_word"),
    path("o/<str:token>/talk.ics", guest.guest_ics, name="guest_ics"),
    # getting ready, and the brief
    path("contacts/<number:contact_pk>/prepare/", include(prepare)),
    path("interviews/<number:pk>/brief/", preparing.brief, name="brief"),
    path("contacts/<number:contact_pk>/brief/", preparing.contact_brief, name="contact_brief"),
    path("questions/", question_views.question_list, name="question_list"),
    path("questions/new/", question_views.question_new, name="question_new"),
    path("questions/<str:key>/", question_views.question_edit, name="question_edit"),
    path("questions/<str:key>/retire/", question_views.question_retire, name="question_retire"),
    path("questions/<str:key>/unretire/", question_views.question_unretire, name="question_unretire"),
    # the user's own calendar
    path("settings/calendar/", subscribing.calendar_feed, name="calendar_feed"),
    path("settings/calendar/new/", subscribing.calendar_feed_new, name="calendar_feed_new"),
    path("settings/calendar/off/", subscribing.calendar_feed_off, name="calendar_feed_off"),
    path("settings/calendar/on/", subscribing.calendar_feed_on, name="calendar_feed_on"),
    path("feed/<str:token>.ics", subscribing.feed, name="feed"),
    # what came of it
    path("interviews/<number:pk>/remembered/", learning.talk_remembered, name="talk_remembered"),
    path("learned/", learning.learned_list, name="learned"),
    path("learned/<number:question_pk>/", learning.learned_question, name="learned_question"),
    path("learned/<number:question_pk>/ask/", learning.learned_ask, name="learned_ask"),
    path("learned/<number:question_pk>/unask/", learning.learned_unask, name="learned_unask"),
    path("learned/<slug:key>/", learning.learned_shelf, name="learned_shelf"),
    path("learned/<slug:key>/tick/", learning.tick_set, name="tick_set"),
    path("learned/<slug:key>/<number:pk>/untick/", learning.tick_unset, name="tick_unset"),
    # the room, the debrief and the thank-you
    path("interviews/<number:pk>/room/", holding.room, name="room"),
    path("interviews/<number:pk>/room/start/", holding.room_start, name="room_start"),
    path("interviews/<number:pk>/room/write/", holding.room_write, name="room_write"),
    path("interviews/<number:pk>/room/clock/", holding.room_clock, name="room_clock"),
    path("interviews/<number:pk>/room/save/", holding.room_save, name="room_save"),
    path("interviews/<number:pk>/room/extend/", holding.room_extend, name="room_extend"),
    path("interviews/<number:pk>/room/unextend/", holding.room_unextend, name="room_unextend"),
    path("interviews/<number:pk>/room/pause/", holding.room_pause, name="room_pause"),
    path("interviews/<number:pk>/room/resume/", holding.room_resume, name="room_resume"),
    path("interviews/<number:pk>/room/end/", holding.room_end, name="room_end"),
    path("interviews/<number:pk>/room/no-show/", holding.room_no_show, name="room_no_show"),
    path("interviews/<number:pk>/room/reopen/", holding.room_reopen, name="room_reopen"),
    path("interviews/<number:pk>/debrief/", debriefing.debrief, name="debrief"),
    path("interviews/<number:pk>/debrief/done/", debriefing.debrief_done, name="debrief_done"),
    path("interviews/<number:pk>/debrief/reopen/", debriefing.debrief_reopen, name="debrief_reopen"),
    path("interviews/<number:pk>/tell-later/", debriefing.tell_later, name="tell_later"),
    path("interviews/<number:pk>/tell-later/not/", debriefing.tell_later_not, name="tell_later_not"),
    path("days/", debriefing.day_understood, name="day_understood"),
    path("interviews/<number:pk>/thank-you/", thanking.thank_you, name="thank_you"),
    path("interviews/<number:pk>/thank-you/cancel/", thanking.thank_you_cancel, name="thank_you_cancel"),
]
