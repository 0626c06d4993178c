"""Conversations, from getting ready to the thank-you: one package for each stretch of the way.

preparing, asking, offering, planning (with the invitation), replying (the answer to it), holding, past_talks (held without the app),
debriefing, thanking; what contacts did meanwhile (news); and what comes of many talks: learning (all answers), subscribing (the
calendar feed). In each package the verbs are in `actions`.
The pages of a contact without an account are in `offering.guest` and `replying.guest_replies`.
"""
