"""Pages of review and moderation."""

from django.urls import URLPattern, URLResolver, path

from governance.views import desk_moderation, desk_proposals

_DESK = "desk/<slug:slug>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path(f"{_DESK}proposals/", desk_proposals.queue, name="desk-proposals"),
    path(f"{_DESK}proposals.csv", desk_proposals.export, name="desk-proposals-csv"),
    path(f"{_DESK}proposals/<int:pk>/", desk_proposals.proposal, name="desk-proposal"),
    path(f"{_DESK}proposals/<int:pk>/review/", desk_proposals.review, name="desk-proposal-review"),
    path(f"{_DESK}proposals/<int:pk>/merge/", desk_proposals.merge, name="desk-proposal-merge"),
    path(f"{_DESK}proposals/<int:pk>/route/", desk_proposals.route, name="desk-proposal-route"),
    path(f"{_DESK}proposals/<int:pk>/item/", desk_proposals.item, name="desk-proposal-item"),
    path(f"{_DESK}proposals/<int:pk>/assembly/", desk_proposals.assembly, name="desk-proposal-assembly"),
    path(f"{_DESK}comments/", desk_moderation.comments, name="desk-comments"),
    path(f"{_DESK}comments/<int:pk>/", desk_moderation.comment, name="desk-comment"),
    path(f"{_DESK}comments/<int:pk>/keep/", desk_moderation.keep, name="desk-comment-keep"),
    path(f"{_DESK}appeals/", desk_moderation.appeals, name="desk-appeals"),
    path(f"{_DESK}appeals/<int:pk>/", desk_moderation.appeal, name="desk-appeal"),
]
