// event.from with its tokens, and the older event.register / event.next.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_EVENTS_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_EVENTS_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/simulator/world.h"

namespace xapi_gateway::simulator {

// How long the server gathers changes before it first looks.
inline constexpr absl::Duration kEventBatchDelay = absl::Milliseconds(50);
// How soon it looks again after something changed.
inline constexpr absl::Duration kEventWakeDelay = absl::Milliseconds(6);
// Timeouts below zero or beyond this mean a day, as in the real server.
inline constexpr double kMaxEventTimeoutSeconds = 9e6;
// The real server bounds the buffer of event.next in bytes of JSON, all
// subscribers together; then every one of them has lost events.
inline constexpr size_t kMaxLegacyBytes = 10'000'000;

struct Token {
  int64_t database = 0;
  int64_t messages = 0;

  // "%020d,%020d", or empty for the beginning.
  static std::optional<Token> Parse(absl::string_view text);
  std::string Text() const;
};

// Which changes a caller asked for: "*", "vm", "VM/OpaqueRef:...".
class Subscription {
 public:
  explicit Subscription(const std::vector<std::string>& filters);

  bool MatchesClass(const Class& cls) const;
  bool Matches(const Class& cls, const std::string& ref) const;
  // Only tasks: the server then looks at once.
  bool only_tasks() const;

 private:
  struct Filter {
    std::string lower_class;  // "*" = every class
    std::string ref;          // empty = every object
  };
  std::vector<Filter> filters_;
};

class EventHub {
 public:
  explicit EventHub(World* world) : world_(*world) {}

  // Answers when something matching changed after the token, the timeout
  // passed or the session ended.
  void From(const Invocation& call, Done done);
  // Marks the object as changed; the token is older than that change.
  Outcome Inject(const Invocation& call);

  void Register(const Invocation& call);
  void Unregister(const Invocation& call);
  void Next(const Invocation& call, Done done);
  int64_t current_id() const { return next_id_; }

  // To be called whenever the database may have changed.
  void Notice();
  // Callers that wait with this session get SESSION_INVALID.
  void SessionEnded(const std::string& session);
  // The coordinator's process is gone, and with it all who wait.
  void Forget();

  size_t waiting() const { return waiters_.size() + nexts_.size(); }

 private:
  struct Waiter {
    std::string session;
    Subscription subscription;
    Token token;
    Done done;
    std::vector<bool> classes;
    TimerQueue::Id timeout;
  };
  struct LegacyEvent {
    int64_t id;
    const Class* cls;
    std::string ref;
    Value event;
    size_t bytes;
  };
  struct LegacyWaiter {
    std::string session;
    Done done;
  };

  // A full answer, or none when nothing matched.
  std::optional<Value> Look(const Subscription& subscription,
                            const Token& token) const;
  Value Batch(Array events, const Token& token) const;
  Token Newest(const Subscription& subscription, const Token& from) const;
  void Begin(uint64_t id);
  void TimeOut(uint64_t id);
  void Wake();
  void Answer(uint64_t id, Outcome outcome);
  void Gather(const std::vector<bool>& changed);
  void Queue(const Class& cls, const std::string& ref, const char* operation,
             Struct record);
  void AnswerNexts();
  std::optional<Outcome> TakeFor(const std::string& session);

  World& world_;
  std::map<uint64_t, Waiter> waiters_;
  uint64_t last_waiter_ = 0;
  bool wake_planned_ = false;
  std::vector<bool> changed_;

  // event.next: events since somebody registered, and who read how far.
  std::deque<LegacyEvent> queue_;
  size_t queue_bytes_ = 0;
  int64_t next_id_ = 0;
  int64_t gathered_ = 0;                       // generation
  std::map<std::string, int64_t> read_up_to_;  // event id, by session
  std::vector<LegacyWaiter> nexts_;
};

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_EVENTS_H_
