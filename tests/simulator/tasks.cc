#include "tests/simulator/tasks.h"

#include <algorithm>

#include "tests/simulator/behaviour.h"
#include "tests/simulator/codec.h"
#include "tests/simulator/types.h"

namespace xapi_gateway::simulator {
namespace {

bool IsPending(const World& world, const std::string& task) {
  return world.db->Get("task", task, "status").text() == "pending";
}

std::string SidOf(const World& world, const std::string& session) {
  return world.db->Get("session", session, "auth_user_sid").text();
}

std::string OwnerOf(const World& world, const std::string& task) {
  return SidOf(world, world.db->Get("task", task, "session").text());
}

void AddOperation(World& world, const std::string& task, std::string key,
                  std::string operation) {
  Struct current = world.db->Get("task", task, "current_operations").members();
  current.push_back({std::move(key), std::move(operation)});
  world.db->Set("task", task, "current_operations", std::move(current));
}

Outcome Create(World& world, const Invocation& call) {
  std::string task = StartTask(world, call.text(0), call.session);
  world.db->Set("task", task, "name_description", call.args[1]);
  world.db->Set("task", task, "allowed_operations", Array{});
  return Value(task);
}

Outcome Destroy(World& world, const Invocation& call) {
  if (IsPending(world, call.text(0))) {
    AddOperation(world, call.text(0), "task", "destroy");
  } else {
    world.db->Destroy("task", call.text(0));
  }
  return Void();
}

// Own tasks, and those of others with the permission for any.
Error MayCancel(World& world, const Invocation& call) {
  RoleMask strong = RoleMask{1} | RoleMask{2};  // pool-admin, pool-operator
  bool own = OwnerOf(world, call.text(0)) == SidOf(world, call.session);
  if (call.root || own || (call.roles & strong)) return {};
  return Error{{"RBAC_PERMISSION_DENIED", "task.cancel",
                "No permission in user session"}};
}

Outcome Cancel(World& world, const Invocation& call) {
  if (!IsPending(world, call.text(0))) return Void();
  AddOperation(world, call.text(0),
               "DummyRef:|" + world.ids.Uuid() + "|task.cancel", "cancel");
  return Void();
}

// A client drives the tasks it made with these.
Outcome SetStatus(World& world, const Invocation& call) {
  world.db->Set("task", call.text(0), "status", call.args[1]);
  if (call.text(1) != "pending") {
    world.db->Set("task", call.text(0), "finished", DateTime{world.WireNow()});
  }
  return Void();
}

constexpr Behaviour kTable[] = {
    {"task.create", nullptr, Create},
    {"task.destroy", nullptr, Destroy},
    {"task.cancel", MayCancel, Cancel},
    {"task.set_status", nullptr, SetStatus},
};

}  // namespace

absl::Span<const Behaviour> TaskBehaviours() { return kTable; }

std::string StartTask(World& world, const std::string& label,
                      const std::string& session) {
  return world.Create("task",
                      {{"name_label", label},
                       {"created", DateTime{world.WireNow()}},
                       {"finished", DateTime{std::string(kNever)}},
                       {"status", "pending"},
                       {"resident_on", world.hosts[world.coordinator].ref},
                       {"progress", 0.0},
                       {"type", "<none/>"},
                       {"session", session},
                       {"subtask_of", std::string(kNullRef)},
                       {"allowed_operations", Array{"cancel"}},
                       {"backtrace", "()"}});
}

void SetProgress(World& world, const std::string& task, double progress) {
  world.db->Set("task", task, "progress", progress);
}

void FinishTask(World& world, const std::string& task, const Outcome& outcome) {
  Database& db = *world.db;
  bool cancelled =
      !outcome.ok() && outcome.error().text.front() == "TASK_CANCELLED";
  db.Set("task", task, "allowed_operations", Array{});
  db.Set("task", task, "finished", DateTime{world.WireNow()});
  db.Set("task", task, "progress", 1.0);
  if (outcome.ok()) {
    db.Set("task", task, "result", ToXmlValue(*outcome));
  } else if (!cancelled) {
    db.Set("task", task, "error_info", ToArray(outcome.error().text));
  }
  db.Set("task", task, "status",
         outcome.ok() ? "success"
         : cancelled  ? "cancelled"
                      : "failure");
}

bool IsCancelled(const World& world, const std::string& task) {
  for (const Member& member :
       world.db->Get("task", task, "current_operations").members()) {
    if (member.value.text() == "cancel") return true;
  }
  return false;
}

void CollectTasks(World& world) {
  struct Finished {
    std::string when, ref;
  };
  std::string old_before = ToWireTime(world.Now() - kFinishedTaskAge);
  std::string stale_before = ToWireTime(world.Now() - kPendingTaskAge);
  std::vector<Finished> kept;
  size_t pending = 0;
  for (const std::string& ref : world.db->Refs("task")) {
    if (IsPending(world, ref)) {
      ++pending;
      if (world.db->Get("task", ref, "created").text() < stale_before) {
        world.db->Destroy("task", ref);
      }
      continue;
    }
    std::string when = world.db->Get("task", ref, "finished").text();
    const Struct& current =
        world.db->Get("task", ref, "current_operations").members();
    if (when < old_before || Find(current, "task")) {
      world.db->Destroy("task", ref);
    } else {
      kept.push_back({when, ref});
    }
  }
  if (pending + kept.size() <= kMaxTasks) return;
  std::sort(kept.begin(), kept.end(), [](const Finished& a, const Finished& b) {
    return std::tie(a.when, a.ref) < std::tie(b.when, b.ref);
  });
  // The real server keeps 200 minus the finished ones, so none beyond 200.
  size_t keep = kept.size() < kMaxTasks ? kMaxTasks - kept.size() : 0;
  for (size_t i = 0; i + keep < kept.size(); ++i) {
    world.db->Destroy("task", kept[i].ref);
  }
}

}  // namespace xapi_gateway::simulator
