#include "absl/strings/str_cat.h"
#include "tests/simulator/behaviour.h"
#include "tests/simulator/types.h"
#include "tests/simulator/vm_state.h"

// Moving VMs between the pool's hosts.
namespace xapi_gateway::simulator {
namespace {

std::string DestinationOf(const Invocation& call) {
  const Value* host = Find(call.args[1].members(), "host");
  return host ? host->text() : "";
}

Error CanPoolMigrate(World& world, const Invocation& call) {
  Error error =
      RequireState(world, call.text(0), {"Running", "Paused"}, "pool_migrate");
  return error ? error : RequireUsableHost(world, call.text(1));
}

// The destination is what host.migrate_receive gave, so a host of this pool.
Error CanMigrateSend(World& world, const Invocation& call) {
  if (Error error =
          RequireState(world, call.text(0), {"Running", "Halted", "Suspended"},
                       "migrate_send")) {
    return error;
  }
  return RequireUsableHost(world, DestinationOf(call));
}

void Move(World& world, const std::string& vm, const std::string& host) {
  std::string state = PowerState(world, vm);
  SetRunning(world, vm, host, state);
  AnnounceVm(world, vm, "VM_MIGRATED",
             absl::StrCat("migrated to host: ",
                          world.db->Get("host", host, "name_label").text()));
}

Outcome PoolMigrate(World& world, const Invocation& call) {
  Move(world, call.text(0), call.text(1));
  return Void();
}

Outcome MigrateSend(World& world, const Invocation& call) {
  std::string vm = call.text(0);
  std::string state = PowerState(world, vm);
  if (state == "Running" || state == "Paused") {
    Move(world, vm, DestinationOf(call));
  } else {
    world.db->Set("VM", vm, "affinity", DestinationOf(call));
  }
  return Value(vm);
}

Outcome Nothing(World&, const Invocation&) { return Void(); }

Outcome PossibleHosts(World& world, const Invocation&) {
  Array hosts;
  for (const HostState& host : world.hosts) {
    if (!RequireUsableHost(world, host.ref)) hosts.push_back(host.ref);
  }
  return Value(std::move(hosts));
}

Error CanBootHere(World& world, const Invocation& call) {
  return RequireUsableHost(world, call.text(1));
}

constexpr Behaviour kTable[] = {
    {"VM.pool_migrate", CanPoolMigrate, PoolMigrate, 0.5, "pool_migrate"},
    {"VM.migrate_send", CanMigrateSend, MigrateSend, 0.8, "migrate_send"},
    {"VM.assert_can_migrate", CanMigrateSend, Nothing},
    {"VM.get_possible_hosts", nullptr, PossibleHosts},
    {"VM.assert_can_boot_here", CanBootHere, Nothing},
};

}  // namespace

absl::Span<const Behaviour> VmMoveBehaviours() { return kTable; }

}  // namespace xapi_gateway::simulator
