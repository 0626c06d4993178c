from config.urls import urlpatterns

__all__ = ["handler500", "urlpatterns"]
handler500 = "django.views.defaults.server_error"
