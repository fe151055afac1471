#!/usr/bin/env python3
"""Shows what the gateway does, as a client in a few lines.

usage: tour.py TARGET STUBS
TARGET is the gateway's address, STUBS the folder with the Python modules that
protoc made of the .proto files.
"""

import sys

import grpc

TARGET, STUBS = sys.argv[1:]
sys.path.insert(0, STUBS)

from google.rpc import error_details_pb2, status_pb2  # noqa: E402
from xenapi.v1 import common_pb2, vm_pb2, vm_pb2_grpc, host_pb2_grpc  # noqa: E402

BOLD, DIM, GREEN, RED, RESET = (
    ("\033[1m", "\033[2m", "\033[32m", "\033[31m", "\033[0m")
    if sys.stdout.isatty() else ("",) * 5)


def title(text):
    print(f"\n{BOLD}{text}{RESET}")


def power_state(vm):
    name = vm_pb2.VmPowerState.Name(vm.power_state)
    return name.removeprefix("VM_POWER_STATE_").lower()


def is_plain_vm(vm):
    return not (vm.is_a_template or vm.is_a_snapshot or vm.is_control_domain)


def show_table(vms, hosts, rows=12):
    title("Virtual machines of the pool")
    print(f"{'name':24} {'state':10} {'vCPUs':>5} {'memory':>9}  host")
    for vm in vms[:rows]:
        state = power_state(vm)
        colour = GREEN if state == "running" else DIM
        host = hosts[vm.resident_on].name_label if vm.resident_on in hosts else "-"
        print(f"{vm.name_label:24} {colour}{state:10}{RESET} {vm.vcpus_max:>5} "
              f"{vm.memory_static_max / 2**30:>5.1f} GiB  {host}")
    if len(vms) > rows:
        print(f"{DIM}... and {len(vms) - rows} more{RESET}")


def show_start(stub, ref, name, hosts):
    title(f"Starting {name}")
    stub.Start(vm_pb2.VmStartRequest(vm=ref))
    vm = stub.GetRecord(common_pb2.SelfRequest(self=ref)).value
    host = hosts[vm.resident_on].name_label
    print(f"{GREEN}{vm.name_label} is {power_state(vm)} on {host}{RESET}")


def show_error(what, call):
    """Makes a call that fails and prints what the client learns of it."""
    title(what)
    try:
        call()
        sys.exit("the call should have failed")
    except grpc.RpcError as error:
        print(f"{RED}{error.code().name}{RESET}: {error.details()}")
        for detail in rich_details(error):
            print(f"{DIM}{detail}{RESET}")


def rich_details(error):
    metadata = dict(error.trailing_metadata() or ())
    status = status_pb2.Status.FromString(
        metadata.get("grpc-status-details-bin", b""))
    info = error_details_pb2.ErrorInfo()
    fields = error_details_pb2.BadRequest()
    for any_detail in status.details:
        if any_detail.Unpack(info):
            yield f"  reason: {info.reason} (domain {info.domain})"
            for key, value in sorted(info.metadata.items()):
                yield f"  {key}: {value}"
        elif any_detail.Unpack(fields):
            for violation in fields.field_violations:
                yield f"  field: {violation.field}"


def main():
    # A list of whole records is larger than the 4 MiB that gRPC accepts by
    # default only in pools of about a thousand VMs.
    channel = grpc.insecure_channel(TARGET)
    stub = vm_pb2_grpc.VmServiceStub(channel)
    hosts = host_pb2_grpc.HostServiceStub(channel).GetAllRecords(
        common_pb2.GetAllRequest()).values
    records = stub.GetAllRecords(common_pb2.GetAllRequest()).values
    refs = sorted((ref for ref, vm in records.items() if is_plain_vm(vm)),
                  key=lambda ref: records[ref].name_label)
    show_table([records[ref] for ref in refs], hosts)

    halted = next(ref for ref in refs if power_state(records[ref]) == "halted")
    name = records[halted].name_label
    show_start(stub, halted, name, hosts)
    show_error(f"Starting {name} once more",
               lambda: stub.Start(vm_pb2.VmStartRequest(vm=halted)))
    show_error("Passing a uuid where a reference is due",
               lambda: stub.GetNameLabel(
                   common_pb2.SelfRequest(self=records[halted].uuid)))


if __name__ == "__main__":
    main()
