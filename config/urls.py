from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

# through the app's own sign-in, with its limits and its log
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("pages.urls")),
    path("", include("followups.urls")),
    path("", include("crm.urls")),
    path("", include("interviews.urls")),
    path("", include("outbox.urls")),
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path(settings.ADMIN_PATH, admin.site.urls),
]
handler404 = "accounts.try_later.not_found"
handler500 = "accounts.try_later.server_error"
