"""Header words by which columns of unknown files are guessed: English, French, German, Spanish.

Phrases are as :func:`~.propose.words_of` writes them: lower case, no accents, words apart. Earlier
phrases are surer. What counts how much for telling the kind of a file stands beside.
"""

from __future__ import annotations


def _split(phrases: str) -> tuple[str, ...]:
    return tuple(" ".join(phrase.split()) for phrase in phrases.split("|"))


_ANYWHERE: dict[str, tuple[str, ...]] = {
    name: _split(phrases)
    for name, phrases in {
        "customer_id": "customer id|customer no|customer number|customer|client id|client no|"
        "client number|"
        "member id|member no|member|user id|cust id|account number|kundennummer|kunden nr|kunde id|"
        "kundennr|kunde|numero client|no client|id client|code client|client|numero de cliente|"
        "id cliente|cliente|contact id",
        "email": "email|e mail|email address|e mail address|customer email|mail|courriel|"
        "customer email address|customer mail|client email|contact email|guest email|kundenmail|"
        "email client|email cliente|correo del cliente|"
        "adresse email|"
        "adresse mail|e mail adresse|email adresse|correo|correo electronico",
        "phone": "phone|phone number|mobile|mobile number|telephone|tel|cell|cell phone|telefon|"
        "customer phone|customer phone number|customer mobile|customer telephone|client phone|"
        "contact phone|guest phone|kundentelefon|telefon kunde|telephone client|"
        "telefono cliente|telefono del cliente|"
        "telefonnummer|handy|mobil|portable|numero de telephone|telefono|movil",
        "card": "loyalty card|card number|loyalty number|loyalty id|membership card|kundenkarte|"
        "carte de fidelite|carte fidelite|tarjeta de fidelidad",
        "name": "full name|customer name|client name|guest name|name|nom complet|nom du client|"
        "kundenname|"
        "nombre completo|nombre del cliente|customer|client|guest|kunde|kundin|gast|cliente|"
        "clienta",
        "first_name": "first name|given name|forename|vorname|prenom|nombre",
        "last_name": "last name|surname|family name|nachname|familienname|nom|nom de famille|"
        "apellido|apellidos",
        "company": "company|company name|organisation|organization|firma|entreprise|societe|"
        "empresa",
        "street": "street|address|address 1|street address|strasse|adresse|anschrift|rue|"
        "direccion|calle",
        "city": "city|town|ort|stadt|ville|ciudad|poblacion",
        "region": "state|region|province|county|bundesland|departement|provincia",
        "postcode": "postcode|post code|zip|zip code|postal code|plz|postleitzahl|code postal|"
        "codigo postal",
        "country": "country|land|pays|pais",
        "currency": "currency|currency code|wahrung|waehrung|devise|monnaie|moneda|divisa",
        "place": "place|location|store|shop|branch|outlet|restaurant|site|filiale|standort|magasin|"
        "point de vente|tienda|sucursal|hotel|property",
        "channel": "channel|sales channel|distribution channel|order source|source|kanal|canal",
    }.items()
}

SYNONYMS: dict[str, dict[str, tuple[str, ...]]] = {
    "sales": {
        name: _split(phrases)
        for name, phrases in {
            "order_id": "order id|order no|order number|order|invoice no|invoice number|"
            "invoice id|invoice|"
            "transaction id|transaction no|transaction number|transaction|receipt no|"
            "receipt number|"
            "receipt id|receipt|ticket no|ticket number|ticket id|ticket|bill no|bill number|"
            "basket id|"
            "check number|check no|sale id|sale no|sale number|"
            "bestellnummer|bestellung|bestell nr|belegnummer|"
            "beleg nr|beleg|"
            "bon nr|bonnummer|bon|rechnungsnummer|rechnung|auftragsnummer|numero de commande|"
            "no commande|"
            "commande|numero de facture|facture|numero ticket|numero de pedido|pedido|"
            "numero de factura|factura",
            "line_id": "line id|order line id|order item id|item line id|positionsnummer",
            "date": "order date|invoice date|date time|datetime|date|sale date|transaction date|"
            "purchase date|"
            "timestamp|created at|order time|ordered at|sold at|closed at|paid at|"
            "completed at|datum|"
            "bestelldatum|rechnungsdatum|"
            "belegdatum|verkaufsdatum|date de commande|date de facture|date de vente|date heure|"
            "fecha|"
            "fecha de pedido|fecha de factura|fecha de venta|day|jour|tag",
            "time": "time|hour|uhrzeit|zeit|heure|hora",
            "sku": "sku|stock code|stockcode|product code|item code|article number|product id|"
            "item id|"
            "barcode|ean|artikelnummer|artikel nr|artnr|code article|reference|codigo|"
            "codigo de producto",
            "item": "item|item name|product|product name|description|item description|"
            "product description|"
            "article|artikel|artikelname|bezeichnung|artikelbezeichnung|produkt|produit|libelle|"
            "designation|"
            "producto|articulo|descripcion|menu item|service|leistung|dienstleistung|behandlung|"
            "prestation|soin|servicio|tratamiento",
            "category": "category|product category|department|group|product group|kategorie|"
            "warengruppe|"
            "categorie|famille|rayon|categoria|familia",
            "quantity": "quantity|qty|units|pieces|count|number of items|menge|anzahl|stuck|"
            "stueck|quantite|"
            "qte|nombre|cantidad|unidades|number of|no of items",
            "unit_price": "unit price|product price|item price|price|price each|price per unit|"
            "einzelpreis|"
            "preis|stuckpreis|prix unitaire|prix|precio unitario|precio",
            "amount": "line total|amount|total amount|total price|line amount|net amount|sales|"
            "revenue|value|"
            "dollar value|order value|total|gross|turnover|price paid|betrag|gesamtpreis|summe|"
            "umsatz|"
            "gesamt|gesamtbetrag|montant|total ttc|total ligne|importe|importe total|monto",
            "discount": "discount|discount amount|rabatt|nachlass|remise|descuento",
            "postage": "shipping|postage|delivery fee|shipping cost|delivery charge|versand|"
            "versandkosten|"
            "frais de port|livraison|gastos de envio|envio",
            "tip": "tip|gratuity|trinkgeld|pourboire|propina",
            "refund": "refund|refunded amount|refund amount|erstattung|remboursement|reembolso",
            "status": "order status|status|state|bestellstatus|statut|etat|estado",
            "event": "transaction type|type|event type|event|sale type|record type|entry type|kind|"
            "vorgang|vorgangsart|belegart|typ|art|type de transaction|nature|tipo|"
            "tipo de transaccion",
        }.items()
    }
    | _ANYWHERE,
    "bookings": {
        name: _split(phrases)
        for name, phrases in {
            "record_id": "booking id|booking number|reservation id|reservation number|"
            "appointment id|"
            "confirmation code|confirmation number|buchungsnummer|reservierungsnummer|"
            "numero de reservation|numero de reserva",
            "starts_at": "start|start time|start date|starts at|appointment date|appointment time|"
            "appointment|"
            "arrival|arrival date|check in|checkin|check in date|visit date|reservation date|"
            "booking date|"
            "scheduled date|beginn|anreise|termin|terminbeginn|date de debut|debut|arrivee|"
            "date du rendez vous|"
            "inicio|fecha de inicio|llegada|fecha de la cita|date",
            "start_time": "visit time|scheduled time|reservation time|time|uhrzeit|heure|hora",
            "ends_at": "end|end time|end date|ends at|departure|departure date|check out|checkout|"
            "check out date|ende|abreise|fin|date de fin|depart|salida|fecha de fin",
            "duration": "duration|length|minutes|dauer|duree|duracion",
            "nights": "nights|number of nights|room nights|nachte|naechte|nuits|noches",
            "booked_at": "booked at|booked on|booking made|created|created at|date scheduled|"
            "gebucht am|"
            "reserve le|reservado el",
            "lead_days": "lead time|lead days|days booked ahead|vorlauf",
            "what": "service|services|appointment type|treatment|type|room type|"
            "reserved room type|book category|"
            "table|category|leistung|behandlung|zimmertyp|prestation|soin|servicio|tratamiento",
            "status": "reservation status|booking status|appointment status|status|state|statut|"
            "estado",
            "cancelled": "cancelled|canceled|is canceled|is cancelled|storniert|annule|anulado|"
            "cancelado",
            "no_show": "no show|noshow|is no show|did not show|nicht erschienen",
            "party": "party|party size|guests|number of guests|covers|people|persons|pax|adults|"
            "size|"
            "personen|gaste|couverts|personnes|personas|comensales",
            "amount": "price|total|amount|total price|earnings|revenue|preis|betrag|prix|montant|"
            "precio|importe",
            "rate": "adr|rate|average daily rate|nightly rate|price per night|zimmerpreis",
            "staff": "staff|book staff|employee|stylist|therapist|calendar|practitioner|served by|"
            "mitarbeiter|"
            "employe|empleado|profesional",
        }.items()
    }
    | _ANYWHERE,
    "reviews": {
        name: _split(phrases)
        for name, phrases in {
            "record_id": "review id|id",
            "date": "review date|date|created at|create time|published at|published date|"
            "submitted at|"
            "timestamp|created|datum|fecha",
            "rating": "rating|stars|star rating|score|review rating|review score|note|bewertung|"
            "sterne|"
            "etoiles|puntuacion|estrellas|valoracion",
            "title": "title|review title|headline|titel|titre|titulo",
            "text": "review|comment|review text|text|content|body|comments|feedback|review content|"
            "kommentar|rezension|commentaire|avis|comentario|resena|opinion",
            "author": "author|reviewer|reviewer name|name|user name|username|autor|auteur",
            "reply_text": "reply|response|owner response|owner reply|our reply|antwort|reponse|"
            "respuesta",
            "replied_at": "reply date|response date|replied at",
            "origin": "platform|source|site",
        }.items()
    }
    | {k: v for k, v in _ANYWHERE.items() if k in ("customer_id", "email", "phone", "place")},
    "products": {
        name: _split(phrases)
        for name, phrases in {
            "record_id": "product id|id|handle",
            "sku": "sku|product code|item code|stock code|article number|barcode|ean|artikelnummer|"
            "code article|codigo",
            "item": "product name|name|title|product|item|item name|description|article|artikel|"
            "artikelname|"
            "bezeichnung|produit|designation|producto|nombre",
            "variant": "variant|option|size|variante",
            "category": "category|type|product type|department|group|kategorie|warengruppe|"
            "categorie|categoria",
            "unit_price": "price|unit price|regular price|sale price|retail price|preis|"
            "verkaufspreis|prix|"
            "prix de vente|precio",
            "is_active": "active|published|enabled|on sale|aktiv|actif|activo",
            "currency": "currency|wahrung|devise|moneda",
        }.items()
    },
}
SYNONYMS["events"] = {
    name: _split(phrases)
    for name, phrases in {
        "record_id": "event id|message id|click id|id",
        "what": "event|event name|event text|action|activity|what happened|ereignis|aktion|"
        "evenement|evento|accion",
        "date": "timestamp|event time|happened at|occurred at|clicked at|opened at|date time|date|"
        "datum|zeitpunkt|horodatage|fecha",
        "time": "time|uhrzeit|heure|hora",
        "page": "url|link|link url|page|page url|page path|path|seite|lien|enlace|pagina",
        "title": "page title|title|titel|titre|titulo",
        "campaign": "campaign|campaign name|campaign title|kampagne|campagne|campana",
    }.items()
} | {name: _ANYWHERE[name] for name in ("customer_id", "email", "phone")}
_PEOPLE = {
    name: phrases
    for name, phrases in _ANYWHERE.items()
    if name not in ("place", "channel", "currency")
} | {
    name: _split(phrases)
    for name, phrases in {
        "birthday": "birthday|birth date|date of birth|dob|geburtstag|geburtsdatum|"
        "date de naissance|"
        "anniversaire|fecha de nacimiento|cumpleanos",
        "gender": "gender|sex|geschlecht|genre|sexo",
        "language": "language|locale|sprache|langue|idioma",
        "tags": "tags|labels|groups|segments|etiquettes|etiquetas",
        "note": "note|notes|comments|notiz|notizen|remarque|notas",
        "consent_email": "email consent|accepts marketing|accepts email marketing|email marketing|"
        "newsletter|"
        "opt in|opted in|email opt in|subscribed|subscription status|marketing consent|"
        "einwilligung|"
        "consentement|abonne|suscrito|acepta marketing",
        "consent_sms": "sms consent|accepts sms marketing|sms opt in|sms marketing",
        "subscribed_at": "subscribed at|subscribe date|subscription date|signup date|sign up date|"
        "opt in time|"
        "optin time|opt in date|date subscribed|joined|anmeldedatum|date d inscription|"
        "fecha de suscripcion",
        "unsubscribed_at": "unsubscribed at|unsub time|unsubscribe date|opt out date|abmeldedatum",
        "changed_at": "updated at|last modified|last changed|modified|last updated",
    }.items()
}
SYNONYMS["customers"] = dict(_PEOPLE)
SYNONYMS["audience"] = dict(_PEOPLE)

KIND_WEIGHTS: dict[str, dict[str, float]] = {
    "sales": {
        "order_id": 2.5, "date": 1.5, "item": 1.5, "sku": 1, "quantity": 2, "unit_price": 2,
        "amount": 2, "customer_id": 1, "discount": 1, "postage": 1, "tip": 1, "time": 0.5,
    },
    "bookings": {
        "starts_at": 2, "ends_at": 2, "nights": 2, "no_show": 3, "cancelled": 2, "lead_days": 2,
        "rate": 2, "what": 1.2, "staff": 1.5, "booked_at": 1.5, "party": 1.5, "duration": 1.5,
        "record_id": 2, "status": 0.5, "start_time": 0.5,
    },
    "reviews": {"rating": 4, "text": 3, "reply_text": 2, "author": 1, "title": 1, "date": 0.5},
    "products": {"item": 1, "sku": 1.5, "unit_price": 1.5, "category": 1, "is_active": 2,
    "variant": 1},
    "customers": {
        "email": 1.3, "first_name": 1, "last_name": 1, "phone": 1, "name": 1, "customer_id": 1,
        "birthday": 2, "street": 1, "city": 0.5, "postcode": 1, "card": 1, "gender": 1, "note": 0.5,
    },
    "events": {"what": 1.5, "page": 1.5, "campaign": 1, "date": 0.5, "title": 0.3},
    "audience": {
        "email": 1.2, "consent_email": 3, "subscribed_at": 3, "unsubscribed_at": 3,
        "first_name": 0.7,
        "last_name": 0.7, "tags": 0.5,
    },
}  # fmt: skip
"""How much a found field speaks for a kind."""
