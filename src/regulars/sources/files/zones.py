"""Time zones by the names vendors write: IANA, Windows, Rails (Shopify, Square), and short ones."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from regulars.kernel.telling import told

# ActiveSupport::TimeZone::MAPPING, which Shopify and Square print, grouped by IANA zone.
_RAILS = """
Etc/GMT+12=International Date Line West|Pacific/Midway=Midway Island
Pacific/Pago_Pago=American Samoa|Pacific/Honolulu=Hawaii|America/Juneau=Alaska
America/Los_Angeles=Pacific Time (US & Canada)|America/Tijuana=Tijuana
America/Denver=Mountain Time (US & Canada)|America/Phoenix=Arizona
America/Chihuahua=Chihuahua|America/Mazatlan=Mazatlan
America/Chicago=Central Time (US & Canada)|America/Regina=Saskatchewan
America/Mexico_City=Guadalajara;Mexico City|America/Monterrey=Monterrey
America/Guatemala=Central America|America/New_York=Eastern Time (US & Canada)
America/Indiana/Indianapolis=Indiana (East)|America/Bogota=Bogota|America/Lima=Lima;Quito
America/Halifax=Atlantic Time (Canada)|America/Caracas=Caracas|America/La_Paz=La Paz
America/Santiago=Santiago|America/St_Johns=Newfoundland|America/Sao_Paulo=Brasilia
America/Argentina/Buenos_Aires=Buenos Aires|America/Montevideo=Montevideo
America/Guyana=Georgetown|America/Puerto_Rico=Puerto Rico|America/Godthab=Greenland
Atlantic/South_Georgia=Mid-Atlantic|Atlantic/Azores=Azores|Atlantic/Cape_Verde=Cape Verde Is.
Europe/Dublin=Dublin|Europe/London=Edinburgh;London|Europe/Lisbon=Lisbon
Africa/Casablanca=Casablanca|Africa/Monrovia=Monrovia|Europe/Belgrade=Belgrade
Europe/Bratislava=Bratislava|Europe/Budapest=Budapest|Europe/Ljubljana=Ljubljana
Europe/Prague=Prague|Europe/Sarajevo=Sarajevo|Europe/Skopje=Skopje|Europe/Warsaw=Warsaw
Europe/Zagreb=Zagreb|Europe/Brussels=Brussels|Europe/Copenhagen=Copenhagen|Europe/Madrid=Madrid
Europe/Paris=Paris|Europe/Amsterdam=Amsterdam|Europe/Berlin=Berlin|Europe/Zurich=Bern;Zurich
Europe/Rome=Rome|Europe/Stockholm=Stockholm|Europe/Vienna=Vienna
Africa/Algiers=West Central Africa|Europe/Bucharest=Bucharest|Africa/Cairo=Cairo
Europe/Helsinki=Helsinki|Europe/Kiev=Kyiv|Europe/Riga=Riga|Europe/Sofia=Sofia
Europe/Tallinn=Tallinn|Europe/Vilnius=Vilnius|Europe/Athens=Athens|Europe/Istanbul=Istanbul
Europe/Minsk=Minsk|Asia/Jerusalem=Jerusalem|Africa/Harare=Harare|Africa/Johannesburg=Pretoria
Europe/Kaliningrad=Kaliningrad|Europe/Moscow=Moscow;St. Petersburg|Europe/Volgograd=Volgograd
Europe/Samara=Samara|Asia/Kuwait=Kuwait|Asia/Riyadh=Riyadh|Africa/Nairobi=Nairobi
Asia/Baghdad=Baghdad|Asia/Tehran=Tehran|Asia/Muscat=Abu Dhabi;Muscat|Asia/Baku=Baku
Asia/Tbilisi=Tbilisi|Asia/Yerevan=Yerevan|Asia/Kabul=Kabul|Asia/Yekaterinburg=Ekaterinburg
Asia/Karachi=Islamabad;Karachi|Asia/Tashkent=Tashkent
Asia/Kolkata=Chennai;Kolkata;Mumbai;New Delhi|Asia/Kathmandu=Kathmandu|Asia/Dhaka=Astana;Dhaka
Asia/Colombo=Sri Jayawardenepura|Asia/Almaty=Almaty|Asia/Novosibirsk=Novosibirsk
Asia/Rangoon=Rangoon|Asia/Bangkok=Bangkok;Hanoi|Asia/Jakarta=Jakarta
Asia/Krasnoyarsk=Krasnoyarsk|Asia/Shanghai=Beijing|Asia/Chongqing=Chongqing
Asia/Hong_Kong=Hong Kong|Asia/Urumqi=Urumqi|Asia/Kuala_Lumpur=Kuala Lumpur
Asia/Singapore=Singapore|Asia/Taipei=Taipei|Australia/Perth=Perth|Asia/Irkutsk=Irkutsk
Asia/Ulaanbaatar=Ulaanbaatar|Asia/Seoul=Seoul|Asia/Tokyo=Osaka;Sapporo;Tokyo
Asia/Yakutsk=Yakutsk|Australia/Darwin=Darwin|Australia/Adelaide=Adelaide
Australia/Melbourne=Canberra;Melbourne|Australia/Sydney=Sydney|Australia/Brisbane=Brisbane
Australia/Hobart=Hobart|Asia/Vladivostok=Vladivostok|Pacific/Guam=Guam
Pacific/Port_Moresby=Port Moresby|Asia/Magadan=Magadan|Asia/Srednekolymsk=Srednekolymsk
Pacific/Guadalcanal=Solomon Is.|Pacific/Noumea=New Caledonia|Pacific/Fiji=Fiji
Asia/Kamchatka=Kamchatka|Pacific/Majuro=Marshall Is.|Pacific/Auckland=Auckland;Wellington
Pacific/Tongatapu=Nuku'alofa|Pacific/Fakaofo=Tokelau Is.|Pacific/Chatham=Chatham Is.
Pacific/Apia=Samoa
"""
# CLDR windowsZones, territory 001; "Standard Time" is left off.
_WINDOWS = """
Etc/GMT+12=Dateline|Etc/GMT+11=UTC-11|America/Adak=Aleutian|Pacific/Honolulu=Hawaiian
Pacific/Marquesas=Marquesas|America/Anchorage=Alaskan|America/Tijuana=Pacific Standard Time (Mexico)
America/Los_Angeles=Pacific|America/Phoenix=US Mountain|America/Denver=Mountain
America/Mazatlan=Mountain Standard Time (Mexico)|America/Guatemala=Central America
America/Chicago=Central|Pacific/Easter=Easter Island
America/Mexico_City=Central Standard Time (Mexico)|America/Regina=Canada Central
America/Bogota=SA Pacific|America/Cancun=Eastern Standard Time (Mexico)|America/New_York=Eastern
America/Port-au-Prince=Haiti|America/Havana=Cuba|America/Indianapolis=US Eastern
America/Asuncion=Paraguay|America/Halifax=Atlantic|America/Caracas=Venezuela
America/Cuiaba=Central Brazilian|America/La_Paz=SA Western|America/Santiago=Pacific SA
America/St_Johns=Newfoundland|America/Araguaina=Tocantins|America/Sao_Paulo=E. South America
America/Cayenne=SA Eastern|America/Buenos_Aires=Argentina|America/Godthab=Greenland
America/Montevideo=Montevideo|America/Bahia=Bahia|Atlantic/Azores=Azores
Atlantic/Cape_Verde=Cape Verde|Europe/London=GMT|Atlantic/Reykjavik=Greenwich
Africa/Casablanca=Morocco|Europe/Berlin=W. Europe|Europe/Budapest=Central Europe
Europe/Paris=Romance|Europe/Warsaw=Central European|Africa/Lagos=W. Central Africa
Asia/Amman=Jordan|Europe/Bucharest=GTB|Asia/Beirut=Middle East|Africa/Cairo=Egypt
Europe/Chisinau=E. Europe|Asia/Damascus=Syria|Africa/Johannesburg=South Africa
Europe/Kiev=FLE|Asia/Jerusalem=Israel|Europe/Kaliningrad=Kaliningrad|Africa/Tripoli=Libya
Africa/Windhoek=Namibia|Asia/Baghdad=Arabic|Europe/Istanbul=Turkey|Asia/Riyadh=Arab
Europe/Minsk=Belarus|Europe/Moscow=Russian|Africa/Nairobi=E. Africa|Asia/Tehran=Iran
Asia/Dubai=Arabian|Asia/Baku=Azerbaijan|Europe/Samara=Russia Time Zone 3|Indian/Mauritius=Mauritius
Asia/Tbilisi=Georgian|Asia/Yerevan=Caucasus|Asia/Kabul=Afghanistan|Asia/Tashkent=West Asia
Asia/Yekaterinburg=Ekaterinburg|Asia/Karachi=Pakistan|Asia/Calcutta=India|Asia/Colombo=Sri Lanka
Asia/Katmandu=Nepal|Asia/Almaty=Central Asia|Asia/Dhaka=Bangladesh|Asia/Rangoon=Myanmar
Asia/Bangkok=SE Asia|Asia/Novosibirsk=N. Central Asia|Asia/Krasnoyarsk=North Asia
Asia/Shanghai=China|Asia/Irkutsk=North Asia East|Asia/Singapore=Singapore
Australia/Perth=W. Australia|Asia/Taipei=Taipei
Asia/Ulaanbaatar=Ulaanbaatar|Asia/Tokyo=Tokyo|Asia/Seoul=Korea
Asia/Yakutsk=Yakutsk|Australia/Adelaide=Cen. Australia|Australia/Darwin=AUS Central
Australia/Brisbane=E. Australia|Australia/Sydney=AUS Eastern|Pacific/Port_Moresby=West Pacific
Australia/Hobart=Tasmania|Asia/Vladivostok=Vladivostok|Pacific/Guadalcanal=Central Pacific
Pacific/Auckland=New Zealand|Pacific/Fiji=Fiji|Pacific/Tongatapu=Tonga|Pacific/Apia=Samoa
"""
# Hours east of Greenwich; names that two continents share (IST, AST, BRT) are left out.
_SHORT = {
    "Z": 0.0, "UTC": 0.0, "GMT": 0.0, "WET": 0.0, "BST": 1.0, "WEST": 1.0, "CET": 1.0, "MEZ": 1.0,
    "CEST": 2.0, "MESZ": 2.0, "EET": 2.0, "SAST": 2.0, "EEST": 3.0, "MSK": 3.0, "JST": 9.0,
    "KST": 9.0, "AWST": 8.0, "ACST": 9.5, "ACDT": 10.5, "AEST": 10.0, "AEDT": 11.0, "NZST": 12.0,
    "NZDT": 13.0, "NST": -3.5, "NDT": -2.5, "ADT": -3.0, "EST": -5.0, "EDT": -4.0, "CST": -6.0,
    "CDT": -5.0, "MST": -7.0, "MDT": -6.0, "PST": -8.0, "PDT": -7.0, "AKST": -9.0, "AKDT": -8.0,
    "HST": -10.0,
}  # fmt: skip
_OFFSET = re.compile(r"(?:GMT|UTC)?\s?([+-])(\d{1,2})(?::?(\d{2}))?(?:\s?\([^)]*\))?", re.ASCII)
_SHOWN_OFFSET = re.compile(r"\((?:GMT|UTC)[^)]*\)\s*")


def _pairs(table: str) -> dict[str, str]:
    entries = (entry.partition("=") for entry in table.replace("\n", "|").split("|") if entry)
    return {name.casefold(): iana for iana, _, names in entries for name in names.split(";")}


_BY_NAME = {
    **{
        name if "standard time" in name else f"{name} standard time": iana
        for name, iana in _pairs(_WINDOWS).items()
    },
    **_pairs(_RAILS),
}


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """Return the zone of an IANA, Windows ("W. Europe Standard Time") or Rails ("Eastern Time (US &
    Canada)") name, with or without "(GMT-05:00)" before it; raises ValueError if it is none."""
    plain = _SHOWN_OFFSET.sub("", name.strip())
    iana = _BY_NAME.get(plain.casefold(), plain)
    try:
        return ZoneInfo(iana)
    # A missing key, a path that leads elsewhere, a folder such as "Europe".
    except (KeyError, ValueError, OSError):
        raise ValueError(told("“%(text)s” is not a time zone we know", text=name[:60])) from None


@lru_cache(maxsize=1024)
def written_zone(text: str) -> tzinfo:
    """Return the zone written behind a time: "Z", "+0100", "GMT-5", "PDT", "Europe/Paris".

    Raises ValueError if it is none we know.
    """
    hours = _SHORT.get(text.upper().strip("()"))
    if hours is not None:
        return timezone(timedelta(hours=hours)) if hours else UTC
    found = _OFFSET.fullmatch(text.upper())
    if not found:
        return zone_of(text)
    away = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    if away > timedelta(hours=14):
        raise ValueError(told("“%(text)s” is not an offset any place on earth has", text=text))
    return timezone(away if found[1] == "+" else -away)
