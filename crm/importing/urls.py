from django.urls import path

from crm.importing import views

urlpatterns = [
    path("import/", views.import_list, name="import_list"),
    path("import/<number:pk>/", views.import_detail, name="import_detail"),
    path("import/<number:pk>/ticks/", views.import_tick, name="import_tick"),
    path("import/<number:pk>/ticks/all/", views.import_tick_all, name="import_tick_all"),
    path("import/<number:pk>/ticks/none/", views.import_tick_none, name="import_tick_none"),
    path("import/<number:pk>/take-in/", views.import_take_in, name="import_take_in"),
    path("import/<number:pk>/stop/", views.import_stop, name="import_stop"),
    path("import/<number:pk>/undo/", views.import_undo, name="import_undo"),
    path("import/<number:pk>/lines/", views.import_lines, name="import_lines"),
]
