"""The kind of receiver that teams copy from a tutorial: a Flask view that answers the handshake and says yes to events.

No durability, no de-duplication, no credential. `gunicorn --workers 2 bench.receiver.sketch:application`.
"""

from __future__ import annotations

import logging

from flask import Flask, Response, jsonify, request

logging.basicConfig(level=logging.INFO)
_log = logging.getLogger(__name__)

application = Flask(__name__)


@application.post("/genesys-events")
def take() -> tuple[Response, int]:
    """The answers that the contract knows too, for a body that is well formed."""
    payload = request.get_json()
    if not payload:
        return jsonify({"error": "Empty payload"}), 400
    if "verification_token" in payload:
        return jsonify({"verification_token": payload["verification_token"]}), 200
    if "eventType" in payload:
        event_id = payload.get("id")
        _log.info("received an event: %s, %s", payload["eventType"], event_id)
        return jsonify({"status": "success", "event_id": event_id}), 200
    return jsonify({"error": "Invalid payload"}), 400
