#include "tests/simulator/transitions.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/simulator/allowed_operations.h"
#include "tests/simulator/sessions.h"

namespace xapi_gateway::simulator {
namespace {

bool IsCoordinator(const HostState& host) {
  return host.role == HostState::Role::kCoordinator;
}

// What was under way when the process ended is forgotten.
void ClearCurrentOperations(World& world) {
  for (const Class& cls : world.model->classes()) {
    int field = cls.FieldIndex("current_operations");
    if (field < 0 || !cls.persistent) continue;
    for (const std::string& ref : world.db->Refs(cls.name)) {
      if (world.db->Find(cls, ref)->fields[field].members().empty()) continue;
      world.db->SetField(cls, ref, field, Struct{});
      UpdateAllowedOperations(world, cls.name, ref);
    }
  }
}

void SetLive(World& world, int host, bool live) {
  std::string metrics =
      world.db->Get("host", world.hosts[host].ref, "metrics").text();
  world.db->Set("host_metrics", metrics, "live", live);
}

void LoadDatabase(World& world, int host) {
  world.db->Reload();
  ClearCurrentOperations(world);
  world.coordinator = host;
  world.hosts[host].coordinator = host;
  world.db->Set("pool", world.pool_ref(), "master", world.hosts[host].ref);
  world.db->Set("host", world.hosts[host].ref, "address",
                world.hosts[host].address);
  for (size_t i = 0; i < world.hosts.size(); ++i) {
    SetLive(world, static_cast<int>(i), world.hosts[i].up);
  }
}

// A supporter introduces itself; until that works it is in emergency mode.
void Hello(World& world, int host) {
  HostState& state = world.hosts[host];
  if (!state.up || !state.emergency) return;
  if (state.coordinator == host) {
    state.emergency = Error{{"HOST_ITS_OWN_SLAVE"}};
  } else if (!world.db->Has("host", state.ref)) {
    state.emergency = Error{{"HOST_UNKNOWN_TO_MASTER", state.ref}};
  } else if (world.coordinator_up() && world.coordinator == state.coordinator) {
    state.emergency = {};
    SetLive(world, host, true);
    return;
  }
  world.After(world.Period(kHelloRetry),
              [&world, host] { Hello(world, host); });
}

}  // namespace

void StopHost(World& world, int host) {
  HostState& state = world.hosts[host];
  if (!state.up) return;
  state.up = false;
  state.local_sessions.clear();
  world.close_host(host);
  if (world.coordinator == host) {
    ++world.epoch;
    ForgetSessions(world);
  } else if (world.coordinator_up()) {
    SetLive(world, host, false);
  }
}

void StartHost(World& world, int host) {
  HostState& state = world.hosts[host];
  if (state.up) return;
  state.up = true;
  if (IsCoordinator(state)) {
    LoadDatabase(world, host);
    state.emergency = {};
  } else if (state.role == HostState::Role::kBroken) {
    state.emergency = Error{{"HOST_BROKEN"}};
  } else {
    state.emergency = Error{{"HOST_STILL_BOOTING"}};
    Hello(world, host);
  }
  world.open_host(host);
}

void RestartHost(World& world, int host, absl::Duration down) {
  StopHost(world, host);
  if (down <= absl::ZeroDuration()) return StartHost(world, host);
  world.After(down, [&world, host] { StartHost(world, host); });
}

void BecomeCoordinator(World& world, int host,
                       std::shared_ptr<const Database> database) {
  for (HostState& other : world.hosts) {
    if (IsCoordinator(other)) other.role = HostState::Role::kSupporter;
    // One that was cut off learns of the change when it is told.
    if (&other == &world.hosts[host]) other.coordinator = host;
  }
  StopHost(world, host);
  ++world.epoch;
  ForgetSessions(world);
  if (database) world.db = std::make_unique<Database>(*database);
  world.hosts[host].role = HostState::Role::kCoordinator;
  world.coordinator = host;
  StartHost(world, host);
  world.Announce("POOL_MASTER_TRANSITION", 4, "Host",
                 world.db->Get("host", world.hosts[host].ref, "uuid").text(),
                 "");
}

void PlanRestart(World& world, int host, HostState::Role role, int coordinator,
                 std::shared_ptr<const Database> database) {
  absl::Duration fuse =
      std::max(world.Period(kFuseTime), world.Period(kMinFuseTime));
  world.After(fuse, [&world, host, role, coordinator, database] {
    HostState& state = world.hosts[host];
    StopHost(world, host);
    if (role == HostState::Role::kCoordinator) {
      world.After(world.Period(kStartTime), [&world, host, database] {
        BecomeCoordinator(world, host, database);
      });
      return;
    }
    state.role = role;
    state.coordinator = coordinator;
    world.After(world.Period(kStartTime),
                [&world, host] { StartHost(world, host); });
  });
}

}  // namespace xapi_gateway::simulator
