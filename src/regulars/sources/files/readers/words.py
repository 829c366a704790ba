"""Words that vendors and people use for the state of things, and what we make of them."""

from __future__ import annotations

import re
import unicodedata

_CANCELLED = (
    "cancelled canceled cancel void voided failed declined denied rejected expired abandoned draft "
    "trash deleted refunded reversed returned blocked removed storniert abgebrochen abgelehnt "
    "annule annulee refuse echoue anulado anulada cancelado cancelada rechazado fallido"
).split()
_PENDING = (
    "pending open unpaid authorized authorised uncaptured held offen ausstehend impaye pendiente "
    "unconfirmed requested incomplete"
).split()
_KEPT = (
    "kept completed complete done attended arrived seated finished fulfilled started checkin "
    "checkout checkedin checkedout departed stayed inhouse pastguest currentlyhosting paid "
    "erschienen honore termine realizada completada"
).split()
_NO_SHOW = (
    "noshow",
    "didnotshow",
    "didnotarrive",
    "nichterschienen",
    "absent",
    "nopresentado",
    "missed",
)
_YES = frozenset(
    "yes y true t 1 x on subscribed optedin optin granted allowed accepted active confirmed ja oui "
    "si sí wahr vrai verdadero abonniert abonne suscrito ✓ ✔".split()
)
_STOPPED = frozenset(
    "unsubscribed optedout optout withdrawn cleaned bounced bounce hardbounce complained complaint "
    "suppressed blacklisted blocklisted neversubscribed cancelled canceled inactive spam "
    "abgemeldet desabonne desinscrit debaja".split()
)
_KINDS = {
    "postage": "postage shipping delivery carriage freight versand porto livraison envio",
    "fee": "fee servicecharge surcharge gebuehr gebuhr frais comision",
    "discount": "discount coupon voucher promotion rabatt remise descuento",
    "refund": "refund return erstattung remboursement reembolso",
    "tax": "tax vat gst mwst tva iva",
    "tip": "tip gratuity trinkgeld pourboire propina",
    "payment": "payment giftcard giftcardsale zahlung paiement pago",
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}

_GIVEN_BACK = frozenset(
    "refund refunds refunded partialrefund return returns returned chargeback reversal reversed "
    "creditnote erstattung ruckerstattung rueckerstattung gutschrift ruckgabe rueckgabe retoure "
    "remboursement rembourse avoir retour reembolso reembolsado devolucion abono".split()
)
_GIVEN_BACK_STATES = frozenset("refunded returned reversed rembourse reembolsado".split())
_MOVED = frozenset(
    "payout payouts transfer deposit withdrawal nosale openingfloat float cashin cashout paidin "
    "paidout payin auszahlung einzahlung uberweisung virement depot retrait transferencia "
    "retirada ingreso".split()
)
_SOLD = frozenset(
    "sale sales sold order payment purchase charge invoice receipt transaction exchange verkauf "
    "bestellung zahlung rechnung vente commande achat paiement facture venta pedido compra pago "
    "factura".split()
)
# Names of lines that add other lines up, squeezed; only where no article number stands beside.
_TOTALS = frozenset(
    "total totals grandtotal subtotal dailytotal daytotal totalsales totalfortheday summe "
    "gesamt gesamtsumme zwischensumme tagessumme tagesumsatz somme soustotal totalgeneral "
    "totaldujour suma totaldeldia totale".split()
)

# Lines that are not goods, by article number or by their whole name. Kept short on purpose: what is
# not listed is goods. "Manual", "Samples", vouchers and unknown codes stay goods.
_POSTAGE_NUMBERS = frozenset(
    "POST DOT C2 POSTAGE SHIPPING DELIVERY CARRIAGE FREIGHT P&P PORTO VERSAND".split()
)
_FEE_NUMBERS = frozenset(("BANK CHARGES", "AMAZONFEE", "CRUK"))
_NAMED = {
    "postage": (
        "postage|dotcom postage|carriage|shipping|shipping fee|shipping charge|delivery"
        "|delivery charge|delivery fee|freight|p&p|postage & packing|postage and packing"
        "|versand"
        "|versandkosten|porto|frais de port|frais de livraison|livraison|gastos de envío"
        "|gastos de envio|envío"
    ),
    "fee": (
        "bank charges|amazon fee|cruk commission|adjust bad debt|service charge|booking fee"
        "|card fee|transaction fee|bankgebühren|frais bancaires|gastos bancarios"
    ),
    "discount": "discount|rabatt|remise|descuento",
    "refund": "refund|erstattung|rückerstattung|remboursement|reembolso",
}
_KIND_BY_NAME = {name: kind for kind, names in _NAMED.items() for name in names.split("|")}


def squeezed(text: str) -> str:
    """Return ``text`` case folded, without accents, blanks and signs, for comparing states."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[^\w✓✔]|_", "", "".join(c for c in bare if not unicodedata.combining(c)))


def kind_of_line(sku: str, name: str) -> str:
    """Tell postage, fees and whole-line discounts from goods by article number or name."""
    number = sku.upper()
    if number in _POSTAGE_NUMBERS:
        return "postage"
    if number in _FEE_NUMBERS:
        return "fee"
    return _KIND_BY_NAME.get(name.casefold(), "goods")


def kind_by_word(text: str) -> str:
    """Return the line kind that a word of the file names; ``goods`` for others."""
    return _KIND_OF.get(squeezed(text), "goods")


def event_of_row(text: str) -> str:
    """Return what a word says a row of sales is: ``sale``, ``refund``, ``void``, ``moved`` (money
    that only changed its place), or "" for a word that says none of it."""
    word = squeezed(text)
    if word in _GIVEN_BACK or word.startswith(("storno", "stornier", "annul", "anul")):
        return "refund"
    if word in ("void", "voided", "cancelled", "canceled"):
        return "void"
    if word in _MOVED:
        return "moved"
    return "sale" if word in _SOLD else ""


def is_refunded(text: str) -> bool:
    """Whether a state says that money was given back."""
    return squeezed(text).removeprefix("wc") in _GIVEN_BACK


def is_refund(text: str) -> bool:
    """Whether a word says that the row itself is a refund."""
    return squeezed(text) in _GIVEN_BACK - _GIVEN_BACK_STATES


def is_total(name: str) -> bool:
    """Whether a line's name is that of a sum of other lines."""
    return squeezed(name) in _TOTALS


def order_status(text: str) -> str:
    """Return accepted, cancelled or pending; refunded without a sum counts as cancelled."""
    word = squeezed(text).removeprefix("wc")
    if word in _CANCELLED or word.startswith(("cancel", "storn", "annul", "anul", "void", "fail")):
        return "cancelled"
    if word in _PENDING or word.startswith(
        ("pending", "onhold", "awaiting", "await", "checkoutdraft")
    ):
        return "pending"
    return "accepted"


def booking_status(text: str) -> str:
    """Return booked, kept, cancelled or no_show; an unknown word leaves the booking booked."""
    word = squeezed(text)
    if word in _NO_SHOW or word.startswith("noshow"):
        return "no_show"
    if word in _CANCELLED or word.startswith(("cancel", "storn", "annul", "anul", "declin")):
        return "cancelled"
    if word in _KEPT:
        return "kept"
    return "booked"


def consent_state(text: str) -> str:
    """Return granted, withdrawn or unknown. A plain "no" is no permission, not a withdrawal."""
    word = squeezed(text)
    if word in _STOPPED or word.startswith(("unsub", "optedout", "optout")):
        return "withdrawn"
    return "granted" if word in _YES else "unknown"


def is_yes(text: str) -> bool:
    """Whether a cell says yes."""
    return squeezed(text) in _YES
