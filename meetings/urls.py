from django.urls import path

from meetings.views import content, drafts, holding, login, sittings

urlpatterns = [
    path("login", login.LoginView.as_view(), name="login"),
    path("login/code", login.LoginCodeView.as_view(), name="login_code"),
    path("logout", login.LogoutView.as_view(), name="logout"),
    path("password", login.PasswordChangeView.as_view(), name="password_change"),
    path("cells/<uuid:cell>/meetings/new", sittings.meeting_new, name="meeting_new"),
    path("meetings/<uuid:meeting>/prepare", sittings.meeting_prepare, name="meeting_prepare"),
    path("meetings/<uuid:meeting>/hold", holding.meeting_hold, name="meeting_hold"),
    path("meetings/<uuid:meeting>/post", sittings.meeting_post, name="meeting_post"),
    path("meetings/<uuid:meeting>/not-held", sittings.meeting_not_held, name="meeting_not_held"),
    path("meetings/<uuid:meeting>/drafts/<slug:form>", drafts.meeting_draft, name="meeting_draft"),
    path("meetings/<uuid:meeting>/content", content.meeting_content, name="meeting_content"),
]
