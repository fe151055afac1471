// The state of one simulated pool and what every behaviour works with. One
// thread owns it; nothing here locks.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_WORLD_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_WORLD_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tests/simulator/clock.h"
#include "tests/simulator/database.h"
#include "tests/simulator/model.h"
#include "tests/simulator/options.h"
#include "tests/simulator/result.h"

namespace xapi_gateway::simulator {

class EventHub;

using Done = std::function<void(Outcome)>;

// Names and choices, the same for the same seed.
class Ids {
 public:
  explicit Ids(uint64_t seed) : random_(seed) {}

  std::string Uuid();
  std::string Ref() { return "OpaqueRef:" + Uuid(); }
  // In [0, n).
  size_t Below(size_t n) { return n < 2 ? 0 : random_() % n; }
  double Fraction() {
    return static_cast<double>(random_() >> 11) / 9007199254740992.0;
  }

 private:
  std::mt19937_64 random_;
};

// What a host's process knows of itself, the database left aside.
struct HostState {
  enum class Role { kCoordinator, kSupporter, kBroken };
  std::string ref;
  std::string address;
  Role role = Role::kSupporter;
  int coordinator = 0;  // index of the host its pool file names
  bool up = true;
  bool hung = false;  // accepts connections and never answers
  Error emergency;    // every ordinary call fails with it while set
  absl::flat_hash_map<std::string, std::string> local_sessions;  // ref -> user
  std::shared_ptr<const Database> backup;  // the last one this host was sent
};

// What the session table does not show.
struct SessionState {
  std::string user;
  bool root = false;
  RoleMask roles = 0;
  bool pool = false;
  std::vector<std::string> registered;  // classes of the legacy event calls
};

// A call after its arguments were decoded and its session found valid.
struct Invocation {
  const Message* message = nullptr;
  std::vector<Value> args;  // the session left out, defaults filled in
  std::string session;
  std::string user;
  bool root = false;
  RoleMask roles = 0;
  std::string task;  // its row, or empty
  int host = 0;      // that received the call

  const std::string& text(size_t i) const { return args[i].text(); }
};

class World {
 public:
  World(Options options, std::shared_ptr<const Model> model);
  ~World();

  absl::Time Now() const { return clock.Now(); }
  std::string WireNow() const { return ToWireTime(Now()); }
  TimerQueue::Id After(absl::Duration delay, std::function<void()> run) {
    return timers.Add(Now() + delay, std::move(run));
  }
  // A period of the server itself, scaled.
  absl::Duration Period(absl::Duration period) const {
    return period * options.period_scale;
  }
  absl::Duration OperationTime(double seconds) const {
    return absl::Seconds(seconds * options.operation_scale);
  }

  // A new object with a fresh reference and uuid.
  std::string Create(absl::string_view cls, Struct fields);
  // Index of the host with this reference, or -1.
  int HostIndex(absl::string_view ref) const;
  bool coordinator_up() const {
    return coordinator >= 0 && hosts[coordinator].up &&
           !hosts[coordinator].hung;
  }
  const std::string& pool_ref() const;
  // A message object, such as VM_STARTED.
  void Announce(const std::string& name, int priority, const std::string& cls,
                const std::string& uuid, const std::string& body);

  Options options;
  std::shared_ptr<const Model> model;
  Clock clock;
  TimerQueue timers;
  Ids ids;
  std::unique_ptr<Database> db;  // the coordinator's
  std::vector<HostState> hosts;
  int coordinator = 0;  // index of the host that runs the database, -1 = none
  absl::flat_hash_map<std::string, SessionState> sessions;
  // Grows when the coordinator's process ends; operations of an older one are
  // dropped.
  int64_t epoch = 0;
  // The network side opens and closes a host's listeners.
  std::function<void(int)> open_host = [](int) {};
  std::function<void(int)> close_host = [](int) {};
  std::unique_ptr<EventHub> events;
};

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_WORLD_H_
