#include "absl/strings/ascii.h"
#include "tests/simulator/behaviour.h"
#include "tests/simulator/events.h"
#include "tests/simulator/generic.h"

// Message objects, and the event calls that answer at once.
namespace xapi_gateway::simulator {
namespace {

// The class a message is about: its enum spells some in its own case.
const Class* Subject(const World& world, const std::string& name) {
  const Class* cls = world.model->FindClass(name);
  return cls ? cls : world.model->FindClass(absl::AsciiStrToLower(name));
}

Error SubjectExists(World& world, const Invocation& call) {
  const Class* cls = Subject(world, call.text(2));
  if (cls && world.db->table(*cls).by_uuid.contains(call.text(3))) return {};
  return Error{{"UUID_INVALID", call.text(2), call.text(3)}};
}

Outcome Create(World& world, const Invocation& call) {
  return Value(
      world.Create("message", {{"name", call.args[0]},
                               {"priority", call.args[1]},
                               {"cls", call.args[2]},
                               {"obj_uuid", call.args[3]},
                               {"timestamp", DateTime{world.WireNow()}},
                               {"body", call.args[4]}}));
}

Outcome Destroy(World& world, const Invocation& call) {
  world.db->Destroy("message", call.text(0));
  return Void();
}

Outcome DestroyMany(World& world, const Invocation& call) {
  for (const std::string& ref : ToTexts(call.args[0])) {
    world.db->Destroy("message", ref);
  }
  return Void();
}

Outcome DestroyAll(World& world, const Invocation&) {
  for (const std::string& ref : world.db->Refs("message")) {
    world.db->Destroy("message", ref);
  }
  return Void();
}

// Messages no older than a time, about one object or any.
Value Since(const World& world, const std::string& since,
            const std::string& uuid) {
  const Class& cls = world.db->cls("message");
  Struct records;
  for (const auto& [ref, row] : world.db->table(cls).rows) {
    if (world.db->Get("message", ref, "timestamp").text() < since) continue;
    const std::string& about = world.db->Get("message", ref, "obj_uuid").text();
    if (!uuid.empty() && about != uuid) continue;
    records.push_back({ref, world.db->Record(cls, row)});
  }
  return Value(std::move(records));
}

Outcome Get(World& world, const Invocation& call) {
  return Since(world, call.text(2), call.text(1));
}
Outcome GetSince(World& world, const Invocation& call) {
  return Since(world, call.text(0), "");
}

template <MessageKind kind>
Outcome As(World& world, const Invocation& call) {
  return RunGenericAs(kind, world, call);
}

Outcome Inject(World& world, const Invocation& call) {
  return world.events->Inject(call);
}
Outcome Register(World& world, const Invocation& call) {
  world.events->Register(call);
  return Void();
}
Outcome Unregister(World& world, const Invocation& call) {
  world.events->Unregister(call);
  return Void();
}
Outcome CurrentId(World& world, const Invocation&) {
  return Value(world.events->current_id());
}

constexpr Behaviour kTable[] = {
    {"message.create", SubjectExists, Create},
    {"message.destroy", nullptr, Destroy},
    {"message.destroy_many", nullptr, DestroyMany},
    {"message.destroy_all", nullptr, DestroyAll},
    {"message.get", nullptr, Get},
    {"message.get_since", nullptr, GetSince},
    {"message.get_all", nullptr, As<MessageKind::kGetAll>},
    {"message.get_record", nullptr, As<MessageKind::kGetRecord>},
    {"message.get_by_uuid", nullptr, As<MessageKind::kGetByUuid>},
    {"message.get_all_records", nullptr, As<MessageKind::kGetAllRecords>},
    {"message.get_all_records_where", nullptr,
     As<MessageKind::kGetAllRecordsWhere>},
    {"event.inject", nullptr, Inject},
    {"event.register", nullptr, Register},
    {"event.unregister", nullptr, Unregister},
    {"event.get_current_id", nullptr, CurrentId},
};

}  // namespace

absl::Span<const Behaviour> MessageBehaviours() { return kTable; }

}  // namespace xapi_gateway::simulator
