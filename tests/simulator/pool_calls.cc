#include "tests/simulator/behaviour.h"
#include "tests/simulator/transitions.h"
#include "tests/simulator/types.h"
#include "tests/simulator/vm_state.h"

// The pool as a whole: who coordinates it, who belongs to it.
namespace xapi_gateway::simulator {
namespace {

std::shared_ptr<const Database> CopyOf(const Database& db) {
  return std::make_shared<Database>(db);
}

Error CanDesignate(World& world, const Invocation& call) {
  if (world.db->Get("pool", world.pool_ref(), "ha_enabled").boolean()) {
    return Error{{"HA_IS_ENABLED"}};
  }
  int host = world.HostIndex(call.text(0));
  if (host < 0 || !world.hosts[host].up) {
    return Error{{"HOST_OFFLINE", call.text(0)}};
  }
  return {};
}

// The database is pushed now; the switch comes after the call has answered.
Outcome Designate(World& world, const Invocation& call) {
  int next = world.HostIndex(call.text(0));
  if (next == world.coordinator) return Void();
  using Role = HostState::Role;
  PlanRestart(world, next, Role::kCoordinator, next, CopyOf(*world.db));
  for (size_t i = 0; i < world.hosts.size(); ++i) {
    int host = static_cast<int>(i);
    if (host == next || !world.hosts[i].up) continue;
    PlanRestart(world, host, Role::kSupporter, next, nullptr);
  }
  return Void();
}

// Called on a supporter, which goes by its last backup.
Outcome Takeover(World& world, const Invocation& call) {
  const HostState& host = world.hosts[call.host];
  if (host.role == HostState::Role::kCoordinator) return Void();
  std::shared_ptr<const Database> backup =
      host.backup ? host.backup : CopyOf(*world.db);
  PlanRestart(world, call.host, HostState::Role::kCoordinator, call.host,
              backup);
  return Void();
}

Outcome ResetMaster(World& world, const Invocation& call) {
  for (size_t i = 0; i < world.hosts.size(); ++i) {
    if (world.hosts[i].address != call.text(0)) continue;
    PlanRestart(world, call.host, HostState::Role::kSupporter,
                static_cast<int>(i), nullptr);
  }
  return Void();
}

Outcome RecoverSlaves(World& world, const Invocation&) {
  Array reached;
  for (size_t i = 0; i < world.hosts.size(); ++i) {
    int host = static_cast<int>(i);
    bool lost = host != world.coordinator &&
                world.hosts[i].coordinator != world.coordinator;
    if (!lost || !world.hosts[i].up) continue;
    reached.push_back(world.hosts[i].ref);
    PlanRestart(world, host, HostState::Role::kSupporter, world.coordinator,
                nullptr);
  }
  return Value(std::move(reached));
}

Outcome IsSupporter(World& world, const Invocation& call) {
  int host = world.HostIndex(call.text(0));
  if (host < 0) host = call.host;
  return Value(world.hosts[host].role == HostState::Role::kSupporter);
}

Error CanEject(World& world, const Invocation& call) {
  int host = world.HostIndex(call.text(0));
  if (host == world.coordinator) {
    return Error{{"HOST_CANNOT_DESTROY_SELF", call.text(0)}};
  }
  for (const std::string& vm :
       ToTexts(world.db->Get("host", call.text(0), "resident_VMs"))) {
    if (!world.db->Get("VM", vm, "is_control_domain").boolean()) {
      return Error{{"HOST_HAS_RESIDENT_VMS", call.text(0)}};
    }
  }
  return {};
}

Outcome Eject(World& world, const Invocation& call) {
  std::string ref = call.text(0);
  Database& db = *world.db;
  for (const auto& [field, cls] :
       std::vector<std::pair<const char*, const char*>>{
           {"PBDs", "PBD"},
           {"PIFs", "PIF"},
           {"host_CPUs", "host_cpu"},
           {"PCIs", "PCI"},
           {"certificates", "Certificate"},
           {"resident_VMs", "VM"}}) {
    for (const std::string& part : ToTexts(db.Get("host", ref, field))) {
      db.Destroy(cls, part);
    }
  }
  std::string metrics = db.Get("host", ref, "metrics").text();
  db.Destroy("host_metrics", metrics);
  db.Destroy("host", ref);
  int host = world.HostIndex(ref);
  if (host >= 0) {
    world.After(world.Period(kFuseTime),
                [&world, host] { StopHost(world, host); });
  }
  return Void();
}

Error CannotJoin(World&, const Invocation&) {
  return Error{{"JOINING_HOST_CANNOT_BE_MASTER_OF_OTHER_HOSTS"}};
}

Outcome SetHa(World& world, bool enabled) {
  world.db->Set("pool", world.pool_ref(), "ha_enabled", enabled);
  return Void();
}
Error HaIsOff(World& world, const Invocation&) {
  return world.db->Get("pool", world.pool_ref(), "ha_enabled").boolean()
             ? Error{{"HA_IS_ENABLED"}}
             : Error{};
}
Error HaIsOn(World& world, const Invocation& call) {
  return HaIsOff(world, call) ? Error{} : Error{{"HA_NOT_ENABLED"}};
}
Outcome EnableHa(World& world, const Invocation&) { return SetHa(world, true); }
Outcome DisableHa(World& world, const Invocation&) {
  return SetHa(world, false);
}

Outcome SyncDatabase(World& world, const Invocation&) {
  for (size_t i = 0; i < world.hosts.size(); ++i) {
    bool supporter = static_cast<int>(i) != world.coordinator;
    if (supporter && world.hosts[i].up) {
      world.hosts[i].backup = CopyOf(*world.db);
    }
  }
  return Void();
}

constexpr Behaviour kTable[] = {
    {"pool.designate_new_master", CanDesignate, Designate, 0.2},
    {"pool.emergency_transition_to_master", nullptr, Takeover},
    {"pool.emergency_reset_master", nullptr, ResetMaster},
    {"pool.recover_slaves", nullptr, RecoverSlaves},
    {"pool.is_slave", nullptr, IsSupporter},
    {"pool.eject", CanEject, Eject, 0.2},
    {"pool.join", CannotJoin, nullptr},
    {"pool.join_force", CannotJoin, nullptr},
    {"pool.enable_ha", HaIsOff, EnableHa, 0.5},
    {"pool.disable_ha", HaIsOn, DisableHa, 0.2},
    {"pool.sync_database", nullptr, SyncDatabase, 0.1},
};

}  // namespace

absl::Span<const Behaviour> PoolBehaviours() { return kTable; }

}  // namespace xapi_gateway::simulator
