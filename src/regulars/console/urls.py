"""Addresses of the console; of allauth only what the console offers (nobody signs up by himself)."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import path

from regulars.console import preferences
from regulars.console.access import allowed
from regulars.console.views import (
    audit,
    card,
    customers,
    imports,
    log,
    metrics,
    overview,
    people,
    settings,
    setup,
    tasks,
    team,
    watches,
)

# Views of allauth for everybody of the team, each for their own account.
inside = allowed()

urlpatterns = [
    path("", overview.page, name="overview"),
    path("customers/", customers.page, name="customers"),
    path("customers/customers.xlsx", customers.export, name="customers-export"),
    path("customers/<int:person>/", card.page, name="customers-card"),
    path("customers/<int:person>/timeline/", card.timeline, name="customers-timeline"),
    path("customers/<int:person>/notes/", card.add_note, name="customers-note"),
    path("customers/<int:person>/notes/<int:note>/delete/", card.delete_note, name="customers-note-delete"),
    path(
        "customers/<int:person>/notes/<int:note>/restore/", card.restore_note, name="customers-note-restore"
    ),
    path("customers/<int:person>/tasks/", card.add_task, name="customers-task"),
    path("tasks/", tasks.page, name="tasks"),
    path("tasks/add/", tasks.add, name="tasks-add"),
    path("tasks/tasks.xlsx", tasks.export, name="tasks-export"),
    path("tasks/<int:task>/close/", tasks.close, name="tasks-close"),
    path("tasks/<int:task>/take/", tasks.take, name="tasks-take"),
    path("tasks/<int:task>/reopen/", tasks.reopen, name="tasks-reopen"),
    path("metrics/", metrics.page, name="metrics"),
    path("metrics/cohorts/", metrics.cohorts, name="metrics-cohorts"),
    path("metrics/rfm/", metrics.rfm, name="metrics-rfm"),
    path("metrics/channels/", metrics.channels, name="metrics-channels"),
    path("metrics/<slug:table>.xlsx", metrics.export, name="metrics-export"),
    path("audit/", audit.page, name="audit"),
    path("audit/make/", audit.make, name="audit-make"),
    path("audit/state/", audit.state, name="audit-state"),
    path("audit/report.html", audit.report, name="audit-report"),
    path("audit/compared.xlsx", audit.comparison, name="audit-compared"),
    path("audit/audit.json", audit.figures, name="audit-json"),
    path("imports/", imports.page, name="imports"),
    path("imports/imports.xlsx", imports.export, name="imports-export"),
    path("imports/upload/", imports.upload, name="imports-upload"),
    path("imports/example/<slug:kind>.<slug:format_>", imports.example, name="imports-example"),
    path("imports/<int:number>/", imports.detail, name="imports-detail"),
    path("imports/<int:number>/state/", imports.state, name="imports-state"),
    path("imports/<int:number>/mapping/", imports.mapping, name="imports-mapping"),
    path("imports/<int:number>/start/", imports.start, name="imports-start"),
    path("imports/<int:number>/stop/", imports.stop, name="imports-stop"),
    path("imports/<int:number>/rejected.xlsx", imports.rejected, name="imports-rejected"),
    path("imports/<int:number>/undo/", imports.undo, name="imports-undo"),
    path("imports/watches/", watches.page, name="imports-watches"),
    path("imports/watches/new/", watches.new, name="imports-watch-new"),
    path("imports/watches/<int:number>/", watches.edit, name="imports-watch"),
    path("imports/watches/<int:number>/check/", watches.check, name="imports-watch-check"),
    path("imports/watches/<int:number>/delete/", watches.delete, name="imports-watch-delete"),
    path("setup/", setup.page, name="setup"),
    path("setup/waiting/", setup.waiting, name="setup-waiting"),
    path("settings/", settings.page, name="settings"),
    path("settings/shop/", settings.shop, name="settings-shop"),
    path("settings/branches/", settings.branches, name="settings-branches"),
    path("settings/branches/<int:number>/", settings.branch, name="settings-branch"),
    path("settings/demo/remove/", settings.remove_demo, name="settings-demo-remove"),
    path("settings/demo/state/", settings.demo_removal, name="settings-demo-state"),
    path("settings/team/", team.page, name="settings-team"),
    path("settings/team/invite/", team.invite, name="settings-team-invite"),
    path("settings/team/<int:number>/", team.member, name="settings-team-member"),
    path("settings/team/<int:number>/password/", team.password_link, name="settings-team-password"),
    path("settings/team/invitations/<int:number>/withdraw/", team.withdraw, name="settings-team-withdraw"),
    path("settings/log/", log.page, name="settings-log"),
    path("settings/log/log.xlsx", log.export, name="settings-log-export"),
    path("language/", preferences.language, name="language"),
    path("theme/", preferences.theme, name="theme"),
    path("account/", people.account, name="account"),
    path("join/<str:token>/", people.join, name="join"),
    path("password/<str:token>/", people.new_password, name="new-password"),
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/password/change/", inside(account.password_change), name="account_change_password"),
    path("accounts/again/", inside(account.reauthenticate), name="account_reauthenticate"),
    path("accounts/again/code/", inside(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("accounts/code/", mfa.authenticate, name="mfa_authenticate"),
    path("account/two-step/", people.second_step, name="mfa_index"),
    path("account/two-step/on/", inside(totp.activate_totp), name="mfa_activate_totp"),
    path("account/two-step/off/", inside(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/two-step/codes/", inside(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "account/two-step/codes/new/",
        inside(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/two-step/codes.txt",
        inside(codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]
