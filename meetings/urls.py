from django.urls import path

from meetings.views import login

urlpatterns = [
    path("login", login.LoginView.as_view(), name="login"),
    path("login/code", login.LoginCodeView.as_view(), name="login_code"),
    path("logout", login.LogoutView.as_view(), name="logout"),
    path("password", login.PasswordChangeView.as_view(), name="password_change"),
]
