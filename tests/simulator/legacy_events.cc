#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/simulator/codec.h"
#include "tests/simulator/events.h"

// The older way to watch: a filter kept in the session, a buffer shared by all
// subscribers, and a call that blocks without any timeout.
namespace xapi_gateway::simulator {

void EventHub::Register(const Invocation& call) {
  if (read_up_to_.empty()) gathered_ = world_.db->generation();
  read_up_to_.emplace(call.session, next_id_);
  std::vector<std::string>& registered =
      world_.sessions[call.session].registered;
  for (const std::string& filter : ToTexts(call.args[0])) {
    registered.push_back(filter);
  }
}

void EventHub::Unregister(const Invocation& call) {
  std::vector<std::string>& registered =
      world_.sessions[call.session].registered;
  for (const std::string& filter : ToTexts(call.args[0])) {
    std::erase(registered, filter);
  }
  if (registered.empty()) read_up_to_.erase(call.session);
}

void EventHub::Next(const Invocation& call, Done done) {
  if (!read_up_to_.contains(call.session)) {
    // The real server names a hash of the session, not the session.
    return done(
        Error{{"SESSION_NOT_REGISTERED",
               absl::StrFormat("trackid=%032x",
                               std::hash<std::string>()(call.session))}});
  }
  nexts_.push_back({call.session, std::move(done)});
  AnswerNexts();
}

void EventHub::Gather(const std::vector<bool>& changed) {
  if (read_up_to_.empty()) return;
  for (const Class& cls : world_.db->model().classes()) {
    if (!changed[cls.index] || !cls.has_events || cls.name == "role") continue;
    const Table& table = world_.db->table(cls);
    for (auto it = table.by_change.upper_bound({gathered_ + 1, nullptr});
         it != table.by_change.end(); ++it) {
      const Row& row = *it->second;
      bool is_new = row.created > gathered_;
      Queue(cls, row.ref, is_new ? "add" : "mod", world_.db->Record(cls, row));
    }
    for (const Deletion& gone : table.deletions) {
      if (gone.deleted > gathered_) Queue(cls, gone.ref, "del", gone.record);
    }
  }
  gathered_ = world_.db->generation();
  AnswerNexts();
}

void EventHub::Queue(const Class& cls, const std::string& ref,
                     const char* operation, Struct record) {
  Value event = Struct{
      {"id", absl::StrCat(++next_id_)},
      {"timestamp",
       absl::StrFormat(
           "%.1f", absl::ToDoubleSeconds(world_.Now() - absl::UnixEpoch()))},
      {"class", cls.lower_name},
      {"operation", operation},
      {"ref", ref},
      {"snapshot", std::move(record)}};
  size_t bytes = ToJson(event).size();
  queue_.push_back({next_id_, &cls, ref, std::move(event), bytes});
  queue_bytes_ += bytes;
  while (queue_bytes_ > kMaxLegacyBytes) {
    queue_bytes_ -= queue_.front().bytes;
    queue_.pop_front();
  }
}

std::optional<Outcome> EventHub::TakeFor(const std::string& session) {
  int64_t& read = read_up_to_[session];
  int64_t oldest = queue_.empty() ? next_id_ + 1 : queue_.front().id;
  if (read + 1 < oldest && read < next_id_) {
    read = next_id_;
    return Outcome(Error{{"EVENTS_LOST"}});
  }
  Subscription subscription(world_.sessions[session].registered);
  Array events;
  for (const LegacyEvent& event : queue_) {
    if (event.id > read && subscription.Matches(*event.cls, event.ref)) {
      events.push_back(event.event);
    }
  }
  read = next_id_;
  if (events.empty()) return std::nullopt;
  return Outcome(Value(std::move(events)));
}

void EventHub::AnswerNexts() {
  std::vector<LegacyWaiter> waiting = std::exchange(nexts_, {});
  for (LegacyWaiter& waiter : waiting) {
    std::optional<Outcome> outcome = TakeFor(waiter.session);
    if (outcome) {
      waiter.done(*std::move(outcome));
    } else {
      nexts_.push_back(std::move(waiter));
    }
  }
}

}  // namespace xapi_gateway::simulator
