"""Python's XenAPI as its documentation uses it."""

import XenAPI
from simulated import POOL, finished, login, url


def expect_failure(code, call, *args):
    try:
        call(*args)
    except XenAPI.Failure as failure:
        assert failure.details[0] == code, failure.details
        return failure.details
    raise AssertionError("no " + code)


def main():
    session = login()
    api = session.xenapi
    pool = api.pool.get_all()[0]
    assert api.pool.get_master(pool) == POOL["hosts"][0]["ref"]

    vms = api.VM.get_all_records()
    guests = {
        ref: vm
        for ref, vm in vms.items()
        if not vm["is_a_template"] and not vm["is_control_domain"]
    }
    assert len(guests) == 50, len(guests)
    halted = next(r for r, v in guests.items() if v["power_state"] == "Halted")
    assert isinstance(guests[halted]["memory_static_max"], str)  # untagged

    api.VM.start(halted, False, False)
    assert api.VM.get_power_state(halted) == "Running"
    details = expect_failure(
        "VM_BAD_POWER_STATE", api.VM.start, halted, False, False
    )
    assert details[1:] == [halted, "halted", "running"], details

    task = api.Async.VM.clean_shutdown(halted)
    record = finished(session, task)
    assert record["status"] == "success", record
    assert record["progress"] == 1.0 and record["result"] == "<value></value>"
    api.task.destroy(task)
    expect_failure("HANDLE_INVALID", api.task.get_record, task)

    clone = api.VM.clone(halted, "a clone")
    assert api.VM.get_by_name_label("a clone") == [clone]
    found = api.VM.get_all_records_where('field "name__label" = "a clone"')
    assert list(found) == [clone]
    api.VM.add_to_other_config(clone, "key", "value")
    expect_failure(
        "MAP_DUPLICATE_KEY", api.VM.add_to_other_config, clone, "key", "value"
    )
    api.VM.destroy(clone)

    supporter = XenAPI.Session(url(1))
    details = expect_failure(
        "HOST_IS_SLAVE",
        supporter.xenapi.login_with_password,
        POOL["user"],
        POOL["password"],
        "1.0",
        "client-test",
    )
    assert details[1] == POOL["hosts"][0]["address"]

    reader = XenAPI.Session(url())
    reader.xenapi.login_with_password(
        "read-only", POOL["password"], "1.0", "client-test"
    )
    expect_failure(
        "RBAC_PERMISSION_DENIED", reader.xenapi.VM.start, halted, False, False
    )
    session.xenapi.session.logout()
    print("XenAPI: basics work")


if __name__ == "__main__":
    main()
