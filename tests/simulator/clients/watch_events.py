"""Follows every change of the pool by event.from into a local copy, and checks
in the end that the copy equals the pool."""

import threading

from simulated import login


class Copy:
    """Objects by class and reference, kept up to date from event batches."""

    def __init__(self):
        self.objects = {}
        self.token = ""

    def apply(self, batch):
        for event in batch["events"]:
            objects = self.objects.setdefault(event["class"], {})
            if event["operation"] == "del":
                objects.pop(event["ref"], None)
            else:
                objects[event["ref"]] = event["snapshot"]
        self.token = batch["token"]

    def complete(self, batch):
        """Whether the counts of the batch are those of the copy."""
        return all(
            len(self.objects.get(name, {})) == count
            for name, count in batch["valid_ref_counts"].items()
            if name not in ("session", "user", "secret", "message", "task")
        )


def change_things(session, vms):
    api = session.xenapi
    for vm in vms:
        api.VM.set_name_description(vm, "changed")
        api.VM.add_tags(vm, "watched")
    doomed = api.VM.clone(vms[0], "comes and goes")
    api.VM.destroy(doomed)
    api.VM.set_name_label(vms[-1], "the last change")


def main():
    watcher, worker = login(), login()
    copy = Copy()
    next_batch = getattr(watcher.xenapi.event, "from")
    copy.apply(next_batch(["*"], "", 30.0))
    assert len(copy.objects["vm"]) > 50
    halted = [
        ref
        for ref, vm in copy.objects["vm"].items()
        if vm["power_state"] == "Halted" and not vm["is_a_template"]
    ][:5]
    thread = threading.Thread(target=change_things, args=(worker, halted))
    thread.start()
    batches = 0
    while copy.objects["vm"][halted[-1]]["name_label"] != "the last change":
        batch = next_batch(["*"], copy.token, 30.0)
        copy.apply(batch)
        batches += 1
        assert batches < 1000
    thread.join()
    batch = next_batch(["*"], copy.token, 1.0)
    copy.apply(batch)
    assert copy.complete(batch), batch["valid_ref_counts"]
    records = worker.xenapi.VM.get_all_records()
    assert records == copy.objects["vm"]
    print("watched %d batches; the copy equals the pool" % batches)


if __name__ == "__main__":
    main()
