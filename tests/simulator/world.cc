#include "tests/simulator/world.h"

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "tests/simulator/events.h"
#include "tests/simulator/types.h"

namespace xapi_gateway::simulator {

std::string Ids::Uuid() {
  uint64_t high = random_(), low = random_();
  return absl::StrFormat("%08x-%04x-%04x-%04x-%012x", high >> 32,
                         (high >> 16) & 0xffff, high & 0xffff, low >> 48,
                         low & 0xffffffffffff);
}

World::World(Options given, std::shared_ptr<const Model> the_model)
    : options(std::move(given)),
      model(std::move(the_model)),
      clock(options.virtual_clock ? Clock::Virtual(options.virtual_start)
                                  : Clock::Real()),
      ids(options.seed),
      db(std::make_unique<Database>(model)),
      events(std::make_unique<EventHub>(this)) {}

World::~World() = default;

std::string World::Create(absl::string_view cls, Struct fields) {
  const Class& c = db->cls(cls);
  std::string ref = ids.Ref();
  if (!Find(fields, "uuid")) fields.push_back({"uuid", ids.Uuid()});
  db->Create(c, ref, fields);
  return ref;
}

int World::HostIndex(absl::string_view ref) const {
  for (size_t i = 0; i < hosts.size(); ++i) {
    if (hosts[i].ref == ref) return static_cast<int>(i);
  }
  return -1;
}

const std::string& World::pool_ref() const {
  return db->table("pool").rows.begin()->first;
}

void World::Announce(const std::string& name, int priority,
                     const std::string& cls, const std::string& uuid,
                     const std::string& body) {
  Create("message", {{"name", name},
                     {"priority", int64_t{priority}},
                     {"cls", cls},
                     {"obj_uuid", uuid},
                     {"timestamp", DateTime{WireNow()}},
                     {"body", body}});
}

}  // namespace xapi_gateway::simulator
