"""The admin site of the product.

It is entered by criteria admins, told by the appointments in force (`request.authority`): users have no staff or superuser
mark, and `User.has_perm` is always no, so a ModelAdmin shows nothing until it takes its permissions from the authority
(`meetings.admin.EditedByCriteriaAdmins`). Its login, logout and password pages are the product's own.

`cellquality.apps.CriteriaAdminConfig` makes it `django.contrib.admin.site`; register with `@admin.register` as usual.
"""

from django.contrib.admin import AdminSite
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from meetings.permissions import require


class CriteriaAdminSite(AdminSite):
    site_header = site_title = _("Criteria")
    index_title = _("Criteria sets")

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.authority.to_edit_criteria())

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context=None) -> HttpResponseRedirect:
        """To the product's login page; a user who is logged in and no criteria admin gets a 403 with the reason."""
        if request.user.is_authenticated:
            require(request.authority.to_edit_criteria())
            return redirect("admin:index")
        return redirect_to_login(request.GET.get("next", request.get_full_path()))

    def logout(self, request: HttpRequest, extra_context=None) -> HttpResponseRedirect:
        if request.method == "POST":
            logout(request)
            return redirect("login")
        return redirect("admin:index")

    def password_change(self, request: HttpRequest, extra_context=None) -> HttpResponseRedirect:
        return redirect("password_change")
