"""Domains of e-mail addresses with a slip: ``gmial.com``, ``hotmail.con``."""

from __future__ import annotations

from collections.abc import Mapping

KNOWN = frozenset(
    """
    gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.fr yahoo.de yahoo.es yahoo.it ymail.com
    hotmail.com hotmail.co.uk hotmail.fr hotmail.de hotmail.es hotmail.it outlook.com outlook.fr
    outlook.de outlook.es live.com live.co.uk live.fr live.de msn.com icloud.com me.com mac.com
    aol.com aol.de gmx.de gmx.net gmx.at gmx.ch gmx.com gmx.fr web.de t-online.de freenet.de
    posteo.de mailbox.org arcor.de orange.fr wanadoo.fr free.fr sfr.fr laposte.net bbox.fr neuf.fr
    btinternet.com sky.com talktalk.net virginmedia.com ntlworld.com blueyonder.co.uk
    telefonica.net movistar.es libero.it virgilio.it alice.it tiscali.it bluewin.ch proton.me
    protonmail.com pm.me comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net
    mail.com email.com fastmail.com zoho.com telenet.be skynet.be ziggo.nl kpnmail.nl xs4all.nl
    """.split()
)
# Real domains one letter away from a known one.
_NEIGHBOURS = frozenset(
    "ymail.com gmx.us gmx.eu mail.de mail.fr email.de email.cz gmail.de web.com free.com me.net "
    "aon.at sky.de live.it live.nl live.be live.ie mac.de msn.de cox.com att.com pm.de".split()
)
_ENDINGS = {
    "con": "com", "cmo": "com", "ocm": "com", "comm": "com", "vom": "com", "xom": "com",
    "coom": "com", "cpm": "com", "ent": "net", "nte": "net", "nett": "net", "ogr": "org",
    "dee": "de", "ffr": "fr", "frr": "fr",
}  # fmt: skip
_SHORTEST = 6
_MANY = 20


def corrected(domain: str, counts: Mapping[str, int]) -> tuple[str, str] | None:
    """Return the domain that was meant and why (a code of `kinds.REASONS`), or None.

    ``counts`` says how many addresses each domain has: one that many use is meant as it stands,
    and is itself what a rare neighbour may mean.
    """
    if domain in KNOWN or domain in _NEIGHBOURS or counts.get(domain, 0) >= _MANY:
        return None
    head, _, ending = domain.rpartition(".")
    if head and ending in _ENDINGS:
        mended = f"{head}.{_ENDINGS[ending]}"
        slip = _nearest(mended, counts)
        return (slip or mended), "ending"
    meant = _nearest(domain, counts)
    return (meant, "one_slip") if meant else None


def _nearest(domain: str, counts: Mapping[str, int]) -> str | None:
    if domain in KNOWN or len(domain) < _SHORTEST:
        return None
    meant = [one for one in KNOWN if len(one) >= _SHORTEST and _is_one_slip(domain, one)]
    rare = counts.get(domain, 0)
    meant += [one for one, count in counts.items()
              if count >= _MANY and count > 10 * rare and _is_one_slip(domain, one)
              and len(one) >= _SHORTEST and one not in KNOWN]  # fmt: skip
    return max(meant, key=lambda one: (counts.get(one, 0), one), default=None)


def _is_one_slip(said: str, meant: str) -> bool:
    """Whether one letter too many, too few, another one, or two that changed places lie between
    (Damerau 1964). The ending must be the same: another country is no slip."""
    if said == meant or said.rpartition(".")[2] != meant.rpartition(".")[2]:
        return False
    if abs(len(said) - len(meant)) > 1:
        return False
    start = 0
    while start < min(len(said), len(meant)) and said[start] == meant[start]:
        start += 1
    one, other = said[start:], meant[start:]
    if len(one) == len(other):
        return one[1:] == other[1:] or (one[1::-1] == other[:2] and one[2:] == other[2:])
    return one[1:] == other if len(one) > len(other) else one == other[1:]
