from django.urls import path

from crm.importing import views

urlpatterns = [
    path("import/", views.import_list, name="import_list"),
    path("import/<int:pk>/", views.import_detail, name="import_detail"),
    path("import/<int:pk>/ticks/", views.import_tick, name="import_tick"),
    path("import/<int:pk>/ticks/all/", views.import_tick_all, name="import_tick_all"),
    path("import/<int:pk>/ticks/none/", views.import_tick_none, name="import_tick_none"),
    path("import/<int:pk>/take-in/", views.import_take_in, name="import_take_in"),
    path("import/<int:pk>/stop/", views.import_stop, name="import_stop"),
    path("import/<int:pk>/undo/", views.import_undo, name="import_undo"),
    path("import/<int:pk>/lines/", views.import_lines, name="import_lines"),
]
