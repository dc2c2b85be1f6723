"""Pages of proposals."""

from django.urls import URLPattern, URLResolver, path

from governance.views import answers, comments, proposal_page, proposals

urlpatterns: list[URLPattern | URLResolver] = [
    path("e/<slug:slug>/proposals/", proposals.proposals, name="proposals"),
    path("e/<slug:slug>/proposals/new/", proposals.new, name="proposal-new"),
    path("e/<slug:slug>/proposals/figures/", proposals.figures, name="moderation-figures"),
    path("e/<slug:slug>/reply-templates/", answers.templates, name="reply-templates"),
    path("reply-templates/<int:pk>/delete/", answers.template_delete, name="reply-template-delete"),
    path("proposals/<int:pk>/", proposal_page.proposal, name="proposal"),
    path("proposals/<int:pk>/edit/", proposals.edit, name="proposal-edit"),
    path("proposals/<int:pk>/check/", proposals.check, name="proposal-check"),
    path("proposals/<int:pk>/delete/", proposals.delete, name="proposal-delete"),
    path("proposals/<int:pk>/withdraw/", proposals.withdraw, name="proposal-withdraw"),
    path("proposals/<int:pk>/history/", proposal_page.history, name="proposal-history"),
    path("proposals/<int:pk>/endorse/", proposal_page.endorse, name="proposal-endorse"),
    path("proposals/<int:pk>/take-back/", proposal_page.take_back, name="proposal-take-back"),
    path("proposals/<int:pk>/follow/", proposal_page.follow, name="proposal-follow"),
    path("proposals/<int:pk>/appeal/", proposal_page.appeal, name="proposal-appeal"),
    path("proposals/<int:pk>/answer/", answers.answer, name="proposal-answer"),
    path("proposals/<int:pk>/ask/", answers.ask, name="proposal-ask"),
    path("proposals/<int:pk>/comments/", comments.write, name="comment-write"),
    path("facts/<int:pk>/", proposal_page.facts, name="facts"),
    path("comments/<int:pk>/reply/", comments.reply, name="comment-reply"),
    path("comments/<int:pk>/withdraw/", comments.withdraw, name="comment-withdraw"),
    path("comments/<int:pk>/report/", comments.report, name="comment-report"),
    path("comments/<int:pk>/appeal/", comments.appeal, name="comment-appeal"),
    path("proposal-files/<int:pk>/", proposals.attachment, name="proposal-file"),
    path("proposal-files/<int:pk>/remove/", proposals.remove_file, name="proposal-file-remove"),
]
