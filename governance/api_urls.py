"""The API, composed of the packages' parts."""

from django.urls import URLPattern, URLResolver, path
from drf_spectacular.views import SpectacularAPIView

from communities.api import estates
from votes.api import assemblies

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("estates/", estates.EstateList.as_view(), name="estates"),
    path("estates/<slug:slug>/", estates.EstateDetail.as_view(), name="estate"),
    path("estates/<slug:slug>/assemblies/", assemblies.AssemblyList.as_view(), name="assemblies"),
    path("notices/", estates.NoticeList.as_view(), name="notices"),
    path("notices/<int:pk>/read/", estates.NoticeRead.as_view(), name="notice-read"),
    path("assemblies/<int:pk>/", assemblies.AssemblyDetail.as_view(), name="assembly"),
    path("assemblies/<int:pk>/turnout/", assemblies.AssemblyTurnout.as_view(), name="turnout"),
    path("assemblies/<int:pk>/electors/", assemblies.MyElectors.as_view(), name="electors"),
    path("assemblies/<int:pk>/ballots/", assemblies.BallotCast.as_view(), name="ballots"),
    path("assemblies/<int:pk>/result/", assemblies.AssemblyResult.as_view(), name="result"),
    path("ballots/<uuid:pk>/", assemblies.BallotReceipt.as_view(), name="receipt"),
    path("tally/", assemblies.TallyCheck.as_view(), name="tally"),
]
