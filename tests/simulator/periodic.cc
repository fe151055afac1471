#include "tests/simulator/periodic.h"

#include <iterator>

#include "tests/simulator/sessions.h"
#include "tests/simulator/tasks.h"

namespace xapi_gateway::simulator {
namespace {

void Repeat(World& world, absl::Duration period, void (*work)(World&)) {
  world.After(period, [&world, period, work] {
    if (world.coordinator_up()) work(world);
    Repeat(world, period, work);
  });
}

void Collect(World& world) {
  CollectTasks(world);
  CollectSessions(world);
}

void Heartbeat(World& world) {
  for (const HostState& host : world.hosts) {
    if (!host.up || host.hung) continue;
    world.db->Set("host_metrics",
                  world.db->Get("host", host.ref, "metrics").text(),
                  "last_updated", DateTime{world.WireNow()});
  }
}

// Supporters get the database one after another, in turn.
void Backup(World& world) {
  HostState* oldest = nullptr;
  for (HostState& host : world.hosts) {
    if (host.role == HostState::Role::kCoordinator || !host.up) continue;
    bool older = !oldest || !host.backup ||
                 (oldest->backup &&
                  host.backup->generation() < oldest->backup->generation());
    if (older) oldest = &host;
  }
  if (oldest) oldest->backup = std::make_shared<Database>(*world.db);
}

}  // namespace

void Churn(World& world) {
  const auto& rows = world.db->table("VM_metrics").rows;
  if (rows.empty()) return;
  auto row = std::next(rows.begin(), world.ids.Below(rows.size()));
  world.db->Set("VM_metrics", row->first, "memory_actual",
                static_cast<int64_t>(1 + world.ids.Below(1u << 30)));
  world.db->Set("VM_metrics", row->first, "last_updated",
                DateTime{world.WireNow()});
}

void StartPeriodicWork(World& world) {
  Repeat(world, world.Period(kCollectPeriod), Collect);
  Repeat(world, world.Period(kHeartbeatPeriod), Heartbeat);
  Repeat(world, world.Period(kBackupPeriod), Backup);
  if (world.options.churn_per_second > 0) {
    Repeat(world, absl::Seconds(1) / world.options.churn_per_second, Churn);
  }
}

}  // namespace xapi_gateway::simulator
