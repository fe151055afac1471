#include "tests/simulator/runner.h"

#include <memory>

#include "tests/simulator/allowed_operations.h"
#include "tests/simulator/behaviour.h"
#include "tests/simulator/events.h"
#include "tests/simulator/generic.h"
#include "tests/simulator/plausible.h"
#include "tests/simulator/sessions.h"
#include "tests/simulator/tasks.h"
#include "tests/simulator/types.h"

namespace xapi_gateway::simulator {
namespace {

// One operation under way. Kept alive by the timers that drive it.
struct Operation {
  World& world;
  Invocation call;
  const Behaviour& behaviour;
  Done done;
  int64_t epoch = world.epoch;
  int step = 0;
  int retries = 0;
  bool registered = false;
  std::string key;  // in current_operations

  const std::string& cls() const { return call.message->params[0].type.name; }
  const std::string& object() const { return call.text(0); }
};
using OperationPtr = std::shared_ptr<Operation>;

void Advance(OperationPtr op);

bool IsBusy(const Operation& op) {
  const Value& current =
      op.world.db->Get(op.cls(), op.object(), "current_operations");
  return !current.members().empty();
}

Struct Current(const Operation& op) {
  return op.world.db->Get(op.cls(), op.object(), "current_operations")
      .members();
}

void Enter(Operation& op) {
  if (op.behaviour.operation.empty()) return;
  op.key = op.call.task.empty() ? "DummyRef:|" + op.world.ids.Uuid() + "|" +
                                      op.call.message->full_name
                                : op.call.task;
  Struct current = Current(op);
  current.push_back({op.key, std::string(op.behaviour.operation)});
  op.world.db->Set(op.cls(), op.object(), "current_operations",
                   std::move(current));
  op.registered = true;
  UpdateAllowedOperations(op.world, op.cls(), op.object());
}

void Leave(Operation& op) {
  if (!op.registered) return;
  Struct current = Current(op);
  std::erase_if(current, [&](const Member& m) { return m.name == op.key; });
  op.world.db->Set(op.cls(), op.object(), "current_operations",
                   std::move(current));
  UpdateAllowedOperations(op.world, op.cls(), op.object());
}

void Finish(Operation& op, Outcome outcome) {
  Leave(op);
  op.done(std::move(outcome));
}

void ApplyEffect(Operation& op) {
  if (op.behaviour.check) {  // the object may have changed meanwhile
    if (Error error = op.behaviour.check(op.world, op.call)) {
      return Finish(op, error);
    }
  }
  if (op.behaviour.effect) {
    return Finish(op, op.behaviour.effect(op.world, op.call));
  }
  bool custom = op.call.message->kind == MessageKind::kCustom;
  Finish(op, custom ? PlausibleAnswer(op.world, op.call)
                    : RunGeneric(op.world, op.call));
}

void Advance(OperationPtr op) {
  if (op->epoch != op->world.epoch) return;  // died with its process
  if (op->behaviour.cancellable && IsCancelled(op->world, op->call.task)) {
    return Finish(*op, Error{{"TASK_CANCELLED", op->call.task}});
  }
  if (op->step == kProgressSteps) return ApplyEffect(*op);
  if (op->step > 0 && !op->call.task.empty()) {
    SetProgress(op->world, op->call.task,
                static_cast<double>(op->step) / kProgressSteps);
  }
  ++op->step;
  op->world.After(
      op->world.OperationTime(op->behaviour.seconds) / kProgressSteps,
      [op] { Advance(op); });
}

void Begin(OperationPtr op) {
  World& world = op->world;
  if (op->epoch != world.epoch) return;
  if (Error error = CheckHandles(world, op->call)) {
    return op->done(std::move(error));
  }
  if (!op->behaviour.operation.empty() && IsBusy(*op)) {
    if (++op->retries > kMaxBusyRetries) {
      return op->done(
          Error{{"OTHER_OPERATION_IN_PROGRESS", op->cls(), op->object()}});
    }
    world.After(kBusyRetry * world.options.operation_scale,
                [op] { Begin(op); });
    return;
  }
  if (op->behaviour.check) {
    if (Error error = op->behaviour.check(world, op->call)) {
      return op->done(std::move(error));
    }
  }
  if (op->behaviour.seconds <= 0 || world.options.operation_scale <= 0) {
    return ApplyEffect(*op);
  }
  Enter(*op);
  Advance(std::move(op));
}

bool RunBlocking(World& world, const Invocation& call, const Done& done) {
  if (call.message->full_name == "event.from") {
    world.events->From(call, done);
    return true;
  }
  if (call.message->full_name == "event.next") {
    world.events->Next(call, done);
    return true;
  }
  return false;
}

// Everything after the task exists.
void Execute(World& world, Invocation call, Done done) {
  if (Error denied = CheckRole(world, call)) return done(std::move(denied));
  if (RunBlocking(world, call, done)) return;
  const Behaviour* behaviour = FindBehaviour(call.message->full_name);
  if (behaviour) {
    return Begin(std::make_shared<Operation>(
        Operation{world, std::move(call), *behaviour, std::move(done)}));
  }
  if (call.message->kind != MessageKind::kCustom) {
    return done(RunGeneric(world, call));
  }
  if (Error error = CheckHandles(world, call)) return done(std::move(error));
  done(PlausibleAnswer(world, call));
}

bool MakesTask(const Message& message) {
  const std::string& cls = message.cls->name;
  return message.async && cls != "task" && cls != "event";
}

}  // namespace

void RunCall(World& world, Invocation call, const std::string& label,
             Done done) {
  if (!MakesTask(*call.message)) {
    return Execute(world, std::move(call), std::move(done));
  }
  std::string task = StartTask(world, label, call.session);
  call.task = task;
  Execute(world, std::move(call),
          [&world, task, done = std::move(done)](Outcome outcome) {
            world.db->Destroy("task", task);
            done(std::move(outcome));
          });
}

Value RunAsyncCall(World& world, Invocation call, const std::string& label,
                   std::optional<Outcome> prescribed) {
  if (!MakesTask(*call.message)) {
    std::string dummy = "DummyRef:|" + world.ids.Uuid() + "|" + label;
    Execute(world, std::move(call), [](Outcome) {});
    return Value(dummy);
  }
  std::string task = StartTask(world, label, call.session);
  call.task = task;
  // The reply leaves before the work begins.
  world.After(absl::ZeroDuration(),
              [&world, task, call = std::move(call),
               prescribed = std::move(prescribed), epoch = world.epoch] {
                if (epoch != world.epoch) return;
                if (prescribed) return FinishTask(world, task, *prescribed);
                Execute(world, call, [&world, task](Outcome outcome) {
                  FinishTask(world, task, outcome);
                });
              });
  return Value(task);
}

Error CheckHandles(const World& world, const Invocation& call) {
  for (size_t i = 0; i < call.message->params.size(); ++i) {
    const Type& type = call.message->params[i].type;
    if (type.kind != Type::Kind::kRef) continue;
    const Class* cls = world.model->FindClass(type.name);
    const std::string& ref = call.text(i);
    // A null reference is a choice in later arguments, but never the object.
    bool may_be_null = i > 0 || call.message->params[i].fallback.has_value();
    if (!cls || (may_be_null && IsNullRef(ref))) continue;
    if (!world.db->Find(*cls, ref)) {
      return Error{{"HANDLE_INVALID", cls->name, ref}};
    }
  }
  return {};
}

}  // namespace xapi_gateway::simulator
