from django.conf import settings
from django.db import models


class Person(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="people")
    name = models.CharField(max_length=300)
    name_key = models.CharField(max_length=300)
    role = models.CharField(max_length=300, blank=True)
    organisation = models.CharField(max_length=300, blank=True)
    search_text = models.TextField(blank=True)

    class Meta:
        app_label = "floor"
        indexes = [models.Index(fields=["owner", "name_key", "id"], name="person_list")]

    def __str__(self) -> str:
        return self.name
