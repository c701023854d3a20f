"""Addresses of accounts."""

from __future__ import annotations

from django.urls import path

from kefen.workspace.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("first-run/", views.first_run, name="first_run"),
    path("demo/", views.demo, name="demo"),
    path("sign-in/code/", views.second_factor, name="second_factor"),
    path("security/", views.security, name="security"),
    path("security/set-up/", views.set_up_factor, name="set_up_factor"),
    path("security/codes/", views.recovery_codes, name="recovery_codes"),
    path("security/off/", views.factor_off, name="factor_off"),
    path("password/", views.password, name="password"),
    path("people/", views.people, name="people"),
    path("people/new/", views.add_person, name="add_person"),
    path("people/<int:number>/", views.change_person, name="change_person"),
    path("people/<int:number>/unlock/", views.unlock_person, name="unlock_person"),
    path("people/<int:number>/factor-off/", views.person_factor_off, name="person_factor_off"),
    path("teams/<int:number>/", views.change_team, name="change_team"),
    path("teams/new/", views.add_team, name="add_team"),
]
