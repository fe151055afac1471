"""Moves every running VM to the next host by live migration, all at once as
asynchronous tasks, and waits for them by events."""

from simulated import login


def wait_for_all(session, tasks):
    pending, token = set(tasks), ""
    while pending:
        batch = getattr(session.xenapi.event, "from")(["task"], token, 30.0)
        token = batch["token"]
        for event in batch["events"]:
            record = event.get("snapshot")
            if event["ref"] in pending and record["status"] != "pending":
                assert record["status"] == "success", record
                pending.discard(event["ref"])


def main():
    session = login()
    api = session.xenapi
    hosts = sorted(api.host.get_all())
    running = api.VM.get_all_records_where(
        'field "power_state" = "Running" and field "is_control_domain" = "false"'
    )
    assert len(running) >= 20
    target = {
        vm: hosts[(hosts.index(record["resident_on"]) + 1) % len(hosts)]
        for vm, record in running.items()
    }
    tasks = {
        vm: api.Async.VM.pool_migrate(vm, host, {"live": "true"})
        for vm, host in target.items()
    }
    wait_for_all(session, tasks.values())
    for vm, host in target.items():
        assert api.VM.get_resident_on(vm) == host
        assert vm in api.host.get_resident_VMs(host)
    for task in tasks.values():
        api.task.destroy(task)
    print("moved %d VMs" % len(running))


if __name__ == "__main__":
    main()
