from django.urls import path

from meetings.views import accounts, content, drafts, holding, login, people, sittings

urlpatterns = [
    path("login", login.LoginView.as_view(), name="login"),
    path("login/code", login.LoginCodeView.as_view(), name="login_code"),
    path("logout", login.LogoutView.as_view(), name="logout"),
    path("password", login.PasswordChangeView.as_view(), name="password_change"),
    path("cells/<uuid:cell>/roster", people.roster_page, name="roster"),
    path("cells/<uuid:cell>/roster/add", people.roster_add, name="roster_add"),
    path("cells/<uuid:cell>/roster/take-in", people.roster_take_in, name="roster_take_in"),
    path("cells/<uuid:cell>/roster/changes/<uuid:change>/undo", people.roster_undo, name="roster_undo"),
    path("cells/<uuid:cell>/roster/<uuid:member>", people.roster_member, name="roster_member"),
    path("cells/<uuid:cell>/roster/<uuid:member>/<slug:action>", people.roster_change, name="roster_change"),
    path("committees/<uuid:committee>/accounts", accounts.accounts_page, name="accounts"),
    path("committees/<uuid:committee>/accounts/<uuid:body>", accounts.accounts_of, name="accounts_of"),
    path("committees/<uuid:committee>/accounts/<uuid:body>/appoint/<slug:role>", accounts.appoint, name="appoint"),
    path("committees/<uuid:committee>/appointments/<uuid:appointment>/hand-over", accounts.hand_over, name="hand_over"),
    path("committees/<uuid:committee>/appointments/<uuid:appointment>/end", accounts.end_appointment, name="end_appointment"),
    path("committees/<uuid:committee>/appointments/<uuid:appointment>/code", accounts.issue_code, name="issue_code"),
    path("cells/<uuid:cell>/meetings/new", sittings.meeting_new, name="meeting_new"),
    path("meetings/<uuid:meeting>/prepare", sittings.meeting_prepare, name="meeting_prepare"),
    path("meetings/<uuid:meeting>/hold", holding.meeting_hold, name="meeting_hold"),
    path("meetings/<uuid:meeting>/post", sittings.meeting_post, name="meeting_post"),
    path("meetings/<uuid:meeting>/not-held", sittings.meeting_not_held, name="meeting_not_held"),
    path("meetings/<uuid:meeting>/drafts/<slug:form>", drafts.meeting_draft, name="meeting_draft"),
    path("meetings/<uuid:meeting>/content", content.meeting_content, name="meeting_content"),
]
