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

void CollectMessages(World& world) {
  const Table& messages = world.db->table("message");
  while (messages.rows.size() > kMaxMessages) {
    std::string oldest = messages.by_change.begin()->second->ref;
    world.db->Destroy("message", oldest);
  }
}

void Collect(World& world) {
  CollectTasks(world);
  CollectSessions(world);
  CollectMessages(world);
}

void Heartbeat(World& world) {
  for (const HostState& host : world.hosts) {
    if (!host.up || host.hung) continue;
    world.db->Set("host_metrics",
                  world.db->Get("host", host.ref, "metrics").text(),
                  "last_updated", DateTime{world.WireNow()});
  }
}

// Supporters get the database in turn. In a large pool several share a copy,
// because each one takes as much memory as the database itself.
void BackUpNext(World& world, size_t turn) {
  if (world.coordinator_up()) {
    std::shared_ptr<const Database> copy;
    for (size_t i = 0; i < world.hosts.size(); ++i) {
      HostState& host = world.hosts[i];
      bool due = i % kMaxBackups == turn % kMaxBackups && host.up &&
                 host.role == HostState::Role::kSupporter;
      if (!due) continue;
      if (!copy) copy = std::make_shared<Database>(*world.db);
      host.backup = copy;
    }
  }
  world.After(world.Period(kBackupPeriod),
              [&world, turn] { BackUpNext(world, turn + 1); });
}

// The rate may be changed at any time, so it is looked at again before each
// change, and every second while there are none.
void PlanChurn(World& world) {
  double rate = world.options.churn_per_second;
  world.After(rate > 0 ? absl::Seconds(1) / rate : absl::Seconds(1), [&world] {
    bool on = world.options.churn_per_second > 0;
    if (on && world.coordinator_up()) Churn(world);
    PlanChurn(world);
  });
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
  world.After(world.Period(kBackupPeriod), [&world] { BackUpNext(world, 1); });
  PlanChurn(world);
}

}  // namespace xapi_gateway::simulator
