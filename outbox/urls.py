from django.urls import path

from outbox import health, views

urlpatterns = [
    path("deliveries/", views.delivery_list, name="delivery_list"),
    path("deliveries/<number:pk>/cancel/", views.delivery_cancel, name="delivery_cancel"),
    path("deliveries/<number:pk>/retry/", views.delivery_retry, name="delivery_retry"),
    path("deliveries/<number:pk>/seen/", views.delivery_seen, name="delivery_seen"),
    path("deliveries/<number:pk>/hold/", views.delivery_hold, name="delivery_hold"),
    path("deliveries/<number:pk>/release/", views.delivery_release, name="delivery_release"),
    path("deliveries/held/release/", views.held_release, name="held_release"),
    path("deliveries/held/discard/", views.held_discard, name="held_discard"),
    path("deliveries/held/undiscard/", views.held_undiscard, name="held_undiscard"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
