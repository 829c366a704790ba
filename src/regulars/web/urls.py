"""The pages' addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from regulars.web import account
from regulars.web.screens import (
    charts,
    cleaning,
    data_map,
    enrichment,
    hours,
    imports,
    insights,
    kept,
    language,
    live,
    live_fields,
    mail,
    matches,
    merges,
    outbox,
    patterns,
    people,
    products,
    quality,
    quality_source,
    quarantine,
    settings,
    setup,
    shared,
    shares,
    team,
    today,
    uploading,
    voices,
)

_sources: list[URLPattern | URLResolver] = [
    path("refreshing", imports.refreshing, name="refreshing"),
    path("quality", quality.shown, name="quality"),
    path("quality/<int:source_id>", quality_source.shown, name="quality_source"),
    path("elsewhere", enrichment.listed, name="enrichment"),
    path("elsewhere/<int:number>/remove", enrichment.remove, name="enrichment_remove"),
    path("data-map", data_map.shown, name="data_map"),
    path("cleaning", cleaning.shown, name="cleaning"),
    path("live/new", live.new, name="live_new"),
    path("live/keeping", live.keeping, name="live_keeping"),
    path("live/<int:source_id>", live.one, name="live"),
    path("live/<int:source_id>/first", live.first, name="live_first"),
    path("live/<int:source_id>/switch", live.switch, name="live_switch"),
    path("live/<int:source_id>/secret", live.secret, name="live_secret"),
    path("live/<int:source_id>/fields", live_fields.fields, name="live_fields"),
    path("live/<int:source_id>/replay", live_fields.replay, name="live_replay"),
    path("live/<int:source_id>/held", live.held, name="live_held"),
    path("live/<int:source_id>/held/decide", live.decide, name="live_decide"),
    path("live/<int:source_id>/held/<int:record_id>", live.mend, name="live_mend"),
    path("new", uploading.new, name="sources_new"),
    path("new/<token>/discard", uploading.discard, name="upload_discard"),
    path("new/<token>/<int:place>", uploading.reading, name="upload"),
    path("new/<token>/<int:place>/counts", uploading.counts, name="upload_counts"),
    path("<int:import_id>", imports.one, name="import"),
    path("<int:import_id>/resume", imports.resume, name="import_resume"),
    path("<int:import_id>/undo", imports.undo, name="import_undo"),
    path("<int:import_id>/repeats", imports.repeats, name="import_repeats"),
    path("<int:import_id>/discard", quarantine.discard, name="quarantine_discard"),
    path("<int:import_id>/rows/<int:row_id>", quarantine.row, name="quarantined_row"),
]

_settings: list[URLPattern | URLResolver] = [
    path("business", settings.business, name="settings_business"),
    path("hours", hours.shown, name="settings_hours"),
    path("keys", settings.keys, name="settings_keys"),
    path("keys/<int:key_id>/revoke", settings.revoke, name="settings_key_revoke"),
    path("team", team.listed, name="settings_team"),
    path("team/<int:member_id>", team.one, name="settings_member"),
    path("mail", mail.settings, name="settings_mail"),
    path("mail/preview", mail.preview, name="settings_mail_preview"),
    path("mail/weekly", mail.weekly, name="settings_mail_weekly"),
    path("mail/<int:message_id>", outbox.one, name="outbox_message"),
    path("mail/<int:message_id>/look", outbox.look, name="outbox_look"),
    path("mail/<int:message_id>.eml", outbox.file, name="outbox_file"),
    path("mail/<int:message_id>/send", outbox.send, name="outbox_send"),
    path("mail/<int:message_id>/drop", outbox.drop, name="outbox_drop"),
    path("security", account.security, name="settings_security"),
]

_insights: list[URLPattern | URLResolver] = [
    path("numbers", insights.numbers, name="insights_numbers"),
    path("chart", insights.chart, name="insights_chart"),
    path("boxes/<name>", insights.box, name="insights_box"),
    path("products", products.shown, name="products"),
    path("shares", shares.listed, name="insights_shares"),
    path("shares/<int:link_id>/revoke", shares.revoke, name="insights_share_revoke"),
]

_shared: list[URLPattern | URLResolver] = [
    path("numbers", shared.numbers, name="shared_numbers"),
    path("chart", shared.chart, name="shared_chart"),
    path("boxes/<name>", shared.box, name="shared_box"),
    path("charts/<str:digest>.<str:look>.svg", shared.picture, name="shared_picture"),
    path("charts/<str:digest>.<str:look>.json", shared.spec, name="shared_spec"),
]

_people: list[URLPattern | URLResolver] = [
    path("<int:person_id>", people.one, name="person"),
    path(
        "<int:person_id>/elsewhere/<int:number>",
        enrichment.objection,
        name="person_objection",
    ),
    path("<int:person_id>/export", people.export, name="person_export"),
    path("<int:person_id>/erase", people.erase, name="person_erase"),
    path("<int:person_id>/merges", merges.listed, name="person_merges"),
    path("<int:person_id>/merge", merges.merge, name="person_merge"),
    path("matches", matches.shown, name="matches"),
    path("matches/look", matches.look, name="matches_look"),
    path("matches/<int:doubt_id>", matches.decide, name="match_decide"),
    path("matches/undo/<int:decision_id>", matches.take_back, name="match_take_back"),
]

_today: list[URLPattern | URLResolver] = [
    path("all", today.everything, name="things"),
    path("decide", today.decide, name="today_decide"),
    path("decisions", today.decisions, name="decisions"),
    path("decisions/<int:decision_id>/take-back", today.take_back, name="decision_take_back"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", today.page, name="today"),
    path("setup", setup.first_run, name="setup"),
    path("today/", include(_today)),
    path("people", people.listed, name="people"),
    path("people/", include(_people)),
    path("voices", voices.listed, name="voices"),
    path("insights", insights.dashboard, name="insights"),
    path("insights/", include(_insights)),
    path("shared/<token>", shared.dashboard, name="shared"),
    path("shared/<token>/", include(_shared)),
    path("sources", imports.listed, name="sources"),
    path("sources/", include(_sources)),
    path("settings", settings.index, name="settings"),
    path("settings/", include(_settings)),
    path("kept", kept.shown, name="kept"),
    path("account/", include(account.urlpatterns)),
    path("language", language.choose, name="language"),
    path("charts/", include(charts.urlpatterns)),
    path("patterns", patterns.shown, name="patterns"),
    path("patterns/charts", patterns.charts, name="patterns_charts"),
    path("patterns/insights", patterns.insights, name="patterns_insights"),
]
