"""Sensors in the shop by MQTT: counters, queues, Wi-Fi presence."""

from __future__ import annotations

from regulars.kernel.telling import told
from regulars.sources.connectors.contract import (
    Account,
    Connection,
    Connector,
    Field,
    takes_no_webhooks,
)
from regulars.sources.connectors.mqtt.session import Session


def listen(account: Account, connection: Connection) -> None:
    """Stay with the broker; what it sends is acknowledged once it is on disk."""
    Session(account, connection).run()


CONNECTOR = Connector(
    kind="mqtt",
    title=told("Sensors (MQTT)"),
    namespace="mqtt",
    fields=(
        Field("password", told("The password at the broker, if it asks for one."), is_secret=True),
        Field("broker", told("The broker's address, e.g. mqtt://192.168.1.20 or mqtts://…"),
              is_required=True),
        Field("topics", told("The topics, e.g. shop/+/count; several with a comma between."),
              is_required=True),
        Field("user", told("The user name at the broker.")),
        Field("version", told("3.1.1, if the broker does not speak MQTT 5.")),
    ),
    about=told("Visitors, queues and lingering by zone, from counters and Wi-Fi sensors."),
    steps=(
        told("Let your sensors publish to an MQTT broker in your network, with QoS 1."),
        told("Make a user for Regulars at the broker who may read those topics."),
        told("Nothing else is needed: it listens as long as Regulars runs. No device is kept by "
             "its name, only by a hash that changes every day."),
    ),
    hear=takes_no_webhooks,
    listen=listen,
)  # fmt: skip
