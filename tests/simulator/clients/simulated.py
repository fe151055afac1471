"""What the Python clients share: the pool's address and its control."""

import http.client
import json
import os

import XenAPI

POOL = json.loads(os.environ["SIMULATED_POOL"])


def url(host=0):
    end = POOL["hosts"][host]
    return "https://%s:%d" % (end["ip"], end["https_port"])


def login(host=0, originator="client-test"):
    session = XenAPI.Session(url(host))
    session.xenapi.login_with_password(
        POOL["user"], POOL["password"], "1.0", originator
    )
    return session


def control(path, body):
    connection = http.client.HTTPConnection("127.0.0.1", POOL["control_port"])
    connection.request("POST", path, json.dumps(body))
    reply = connection.getresponse()
    text = reply.read()
    assert reply.status == 200, text
    return json.loads(text)


def finished(session, task):
    """Waits for a task by its events; returns its last record."""
    token = ""
    while True:
        batch = getattr(session.xenapi.event, "from")(["task/" + task], token, 10.0)
        token = batch["token"]
        for event in batch["events"]:
            record = event.get("snapshot")
            if record and record["status"] != "pending":
                return record
