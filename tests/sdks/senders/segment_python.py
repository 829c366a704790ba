"""Tells the story through segment-analytics-python, as its manual shows it."""

import json
import sys
from datetime import datetime

import segment.analytics as analytics

told = json.loads(sys.argv[1])
who = told["person"]
failures = []
analytics.write_key = told["key"]
analytics.host = told["address"]
analytics.on_error = lambda error, items: failures.append(str(error))

analytics.track(anonymous_id=f"{who}-visitor", event="Bread Smelled")
analytics.identify(
    who, {"email": f"{who}@crumb.test", "name": "Ada Crust"}, anonymous_id=f"{who}-visitor"
)
analytics.track(
    who, "Coffee Tasted", told["tasted"], timestamp=datetime.fromisoformat(told["long_ago"])
)
analytics.page(who, "Shop", "Opening hours", {"url": "https://crumb.test/hours"})
analytics.screen(who, "App", "Basket")
analytics.group(who, f"bakers-{who}", {"name": "Bakers", "employees": 4})
analytics.alias(f"{who}-before", who)
analytics.track(who, "Order Completed", {"order_id": f"order-{who}", **told["order"]})
analytics.flush()
assert not failures, failures
