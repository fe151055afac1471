#include "tests/simulator/events.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace xapi_gateway::simulator {
namespace {

bool IsMessages(const Class& cls) { return cls.name == "message"; }

// Roles are no rows of the real database, so they make no events.
bool IsWatched(const Class& cls) {
  return cls.has_events && cls.name != "role";
}

Struct Event(int64_t id, const Class& cls, const char* operation,
             const std::string& ref) {
  return {{"id", absl::StrCat(id)},
          {"timestamp", "0.0"},
          {"class", cls.lower_name},
          {"operation", operation},
          {"ref", ref}};
}

// The events of one class after a token, by what happened.
struct ClassEvents {
  Array added, modified, deleted;
};

void Append(Array* to, Array* from) {
  std::move(from->begin(), from->end(), std::back_inserter(*to));
}

void SortByRef(Array* events) {
  std::sort(events->begin(), events->end(), [](const Value& a, const Value& b) {
    return Find(a.members(), "ref")->text() < Find(b.members(), "ref")->text();
  });
}

ClassEvents Collect(const Database& db, const Table& table,
                    const Subscription& subscription, int64_t after) {
  const Class& cls = *table.cls;
  ClassEvents events;
  for (auto it = table.by_change.upper_bound({after, nullptr});
       it != table.by_change.end(); ++it) {
    const Row& row = *it->second;
    if (row.modified <= after || !subscription.Matches(cls, row.ref)) continue;
    bool is_new = row.created > after;
    if (!is_new && IsMessages(cls)) continue;
    int64_t id = IsMessages(cls) ? 0 : is_new ? row.created : row.modified;
    Struct event = Event(id, cls, is_new ? "add" : "mod", row.ref);
    event.push_back({"snapshot", db.Record(cls, row)});
    (is_new ? events.added : events.modified).push_back(std::move(event));
  }
  for (const Deletion& gone : table.deletions) {
    bool known = gone.created <= after || (IsMessages(cls) && after == 0);
    if (gone.deleted <= after || !known) continue;
    if (!subscription.Matches(cls, gone.ref)) continue;
    events.deleted.push_back(
        Event(IsMessages(cls) ? 0 : gone.deleted, cls, "del", gone.ref));
  }
  SortByRef(&events.added);
  SortByRef(&events.modified);
  SortByRef(&events.deleted);
  return events;
}

int64_t NewestChange(const Table& table, const Subscription& subscription) {
  int64_t newest = 0;
  for (auto it = table.by_change.rbegin(); it != table.by_change.rend(); ++it) {
    if (subscription.Matches(*table.cls, it->second->ref)) {
      newest = it->first;
      break;
    }
  }
  for (const Deletion& gone : table.deletions) {
    if (subscription.Matches(*table.cls, gone.ref)) {
      newest = std::max(newest, gone.deleted);
    }
  }
  return newest;
}

}  // namespace

std::optional<Token> Token::Parse(absl::string_view text) {
  Token token;
  if (text.empty()) return token;
  std::vector<absl::string_view> halves = absl::StrSplit(text, ',');
  if (halves.size() != 2 || !absl::SimpleAtoi(halves[0], &token.database) ||
      !absl::SimpleAtoi(halves[1], &token.messages)) {
    return std::nullopt;
  }
  return token;
}

std::string Token::Text() const {
  return absl::StrFormat("%020d,%020d", database, messages);
}

Subscription::Subscription(const std::vector<std::string>& filters) {
  for (const std::string& filter : filters) {
    std::pair<std::string, std::string> parts =
        absl::StrSplit(filter, absl::MaxSplits('/', 1));
    filters_.push_back({absl::AsciiStrToLower(parts.first), parts.second});
  }
}

bool Subscription::MatchesClass(const Class& cls) const {
  return std::any_of(filters_.begin(), filters_.end(), [&](const Filter& f) {
    return f.lower_class == "*" || f.lower_class == cls.lower_name;
  });
}

bool Subscription::Matches(const Class& cls, const std::string& ref) const {
  return std::any_of(filters_.begin(), filters_.end(), [&](const Filter& f) {
    bool same_class = f.lower_class == "*" || f.lower_class == cls.lower_name;
    return same_class && (f.ref.empty() || f.ref == ref);
  });
}

bool Subscription::only_tasks() const {
  return !filters_.empty() &&
         std::all_of(filters_.begin(), filters_.end(),
                     [](const Filter& f) { return f.lower_class == "task"; });
}

std::optional<Value> EventHub::Look(const Subscription& subscription,
                                    const Token& token) const {
  Array events, added, modified, deleted;
  const Database& db = *world_.db;
  for (const Class& cls : db.model().classes()) {
    if (!IsWatched(cls) || !subscription.MatchesClass(cls)) continue;
    int64_t after = IsMessages(cls) ? token.messages : token.database;
    ClassEvents found = Collect(db, db.table(cls), subscription, after);
    if (IsMessages(cls)) {
      Append(&events, &found.deleted);
      Append(&events, &found.added);
      continue;
    }
    Append(&added, &found.added);
    Append(&modified, &found.modified);
    Append(&deleted, &found.deleted);
  }
  Append(&events, &added);
  Append(&events, &modified);
  Append(&events, &deleted);
  if (events.empty()) return std::nullopt;
  return Batch(std::move(events), Newest(subscription, token));
}

Token EventHub::Newest(const Subscription& subscription,
                       const Token& from) const {
  Token token{from.database, 0};
  for (const Class& cls : world_.db->model().classes()) {
    if (!IsWatched(cls) || !subscription.MatchesClass(cls)) continue;
    int64_t newest = NewestChange(world_.db->table(cls), subscription);
    int64_t& half = IsMessages(cls) ? token.messages : token.database;
    half = std::max(half, newest);
  }
  return token;
}

Value EventHub::Batch(Array events, const Token& token) const {
  Struct counts;
  for (const Class& cls : world_.db->model().classes()) {
    bool counted = cls.in_database && IsWatched(cls);
    bool silent = cls.in_database && !cls.has_events;  // session, user, secret
    int64_t rows = static_cast<int64_t>(world_.db->table(cls).rows.size());
    counts.push_back({cls.lower_name, TaggedInt{counted || silent ? rows : 0}});
  }
  return Struct{{"events", std::move(events)},
                {"valid_ref_counts", std::move(counts)},
                {"token", token.Text()}};
}

void EventHub::From(const Invocation& call, Done done) {
  std::optional<Token> token = Token::Parse(call.text(1));
  if (!token) {
    return done(Error{{"EVENT_FROM_TOKEN_PARSE_FAILURE", call.text(1)}});
  }
  double seconds = *call.args[2].As<double>();
  if (!(seconds >= 0 && seconds <= kMaxEventTimeoutSeconds)) seconds = 86400;
  Subscription subscription(ToTexts(call.args[0]));
  absl::Duration delay =
      subscription.only_tasks() ? absl::ZeroDuration() : kEventBatchDelay;
  std::vector<bool> classes;
  for (const Class& cls : world_.db->model().classes()) {
    classes.push_back(IsWatched(cls) && subscription.MatchesClass(cls));
  }
  uint64_t id = ++last_waiter_;
  TimerQueue::Id timeout =
      world_.After(delay + absl::Seconds(seconds), [this, id] { TimeOut(id); });
  waiters_.emplace(id, Waiter{call.session, std::move(subscription), *token,
                              std::move(done), std::move(classes), timeout});
  if (delay == absl::ZeroDuration()) return Begin(id);
  world_.After(delay, [this, id] { Begin(id); });
}

void EventHub::Begin(uint64_t id) {
  auto found = waiters_.find(id);
  if (found == waiters_.end()) return;
  std::optional<Value> answer =
      Look(found->second.subscription, found->second.token);
  if (answer) Answer(id, *std::move(answer));
}

void EventHub::TimeOut(uint64_t id) {
  auto found = waiters_.find(id);
  if (found == waiters_.end()) return;
  const Waiter& waiter = found->second;
  std::optional<Value> late = Look(waiter.subscription, waiter.token);
  if (!late) late = Batch({}, Newest(waiter.subscription, waiter.token));
  Answer(id, *std::move(late));
}

void EventHub::Answer(uint64_t id, Outcome outcome) {
  auto node = waiters_.extract(id);
  if (node.empty()) return;
  world_.timers.Cancel(node.mapped().timeout);
  node.mapped().done(std::move(outcome));
}

void EventHub::Notice() {
  if (!world_.db->changed()) return;
  std::vector<bool> changed = world_.db->TakeChanged();
  Gather(changed);
  changed_.resize(changed.size());
  for (size_t i = 0; i < changed.size(); ++i) {
    changed_[i] = changed_[i] || changed[i];
  }
  if (wake_planned_ || waiters_.empty()) return;
  wake_planned_ = true;
  world_.After(kEventWakeDelay, [this] { Wake(); });
}

void EventHub::Wake() {
  wake_planned_ = false;
  std::vector<bool> changed = std::exchange(changed_, {});
  changed.resize(world_.db->model().classes().size());
  std::vector<uint64_t> concerned;
  for (const auto& [id, waiter] : waiters_) {
    for (size_t i = 0; i < changed.size(); ++i) {
      if (changed[i] && waiter.classes[i]) {
        concerned.push_back(id);
        break;
      }
    }
  }
  for (uint64_t id : concerned) Begin(id);
}

void EventHub::SessionEnded(const std::string& session) {
  std::vector<uint64_t> ended;
  for (const auto& [id, waiter] : waiters_) {
    if (waiter.session == session) ended.push_back(id);
  }
  for (uint64_t id : ended) Answer(id, Error{{"SESSION_INVALID", session}});
  read_up_to_.erase(session);
  std::vector<LegacyWaiter> kept;
  for (LegacyWaiter& waiter : nexts_) {
    if (waiter.session == session) {
      waiter.done(Error{{"SESSION_INVALID", session}});
    } else {
      kept.push_back(std::move(waiter));
    }
  }
  nexts_ = std::move(kept);
}

void EventHub::Forget() {
  for (auto& [id, waiter] : waiters_) world_.timers.Cancel(waiter.timeout);
  waiters_.clear();
  nexts_.clear();
  queue_.clear();
  queue_bytes_ = 0;
  next_id_ = 0;
  read_up_to_.clear();
}

Outcome EventHub::Inject(const Invocation& call) {
  const Class* cls = world_.model->FindClass(call.text(0));
  if (!cls || !world_.db->Find(*cls, call.text(1))) {
    return Error{{"HANDLE_INVALID", call.text(0), call.text(1)}};
  }
  int64_t before = world_.db->generation();
  world_.db->Touch(*cls, call.text(1));
  return Value(Token{before, 0}.Text());
}

}  // namespace xapi_gateway::simulator
