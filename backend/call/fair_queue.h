// Calls that wait for their turn, taken in turn from each identity.
#ifndef BACKEND_CALL_FAIR_QUEUE_H_
#define BACKEND_CALL_FAIR_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace xapi_gateway::call {

// First come, first served within a key; one of each key in turn between them.
// When it is full, the key that holds most gives way: an identity that floods
// the queue loses its own newest calls, not those of others. Not thread-safe.
class FairQueue {
 public:
  using Id = uint64_t;

  FairQueue(size_t max_entries, size_t max_bytes)
      : max_entries_(max_entries), max_bytes_(max_bytes) {}

  // Puts `id`, which holds `bytes` of memory, behind the others of `key`.
  // Returns an entry that had to leave for want of room; it may be `id`.
  std::optional<Id> Push(absl::string_view key, Id id, size_t bytes);
  // Puts back one that had its turn, before the others of `key`. It is always
  // let in: its place was counted when it first came.
  void PushFront(absl::string_view key, Id id, size_t bytes);

  // The next one, or nullopt if there is none whose key is not held.
  std::optional<Id> Pop();
  // Keeps the entries of `key` from having their turn, until released.
  void Hold(absl::string_view key);
  void Release(absl::string_view key);
  // False if it is not there.
  bool Remove(Id id);

  size_t size() const { return places_.size(); }
  bool empty() const { return places_.empty(); }
  // The entries of `key`, in order.
  std::vector<Id> Of(absl::string_view key) const;
  std::vector<Id> All() const;

 private:
  struct Entry {
    Id id;
    size_t bytes;
  };
  using Lane = std::list<Entry>;
  using Lanes = std::map<std::string, Lane, std::less<>>;
  struct Place {
    Lanes::iterator lane;
    Lane::iterator entry;
  };

  Lanes::iterator LaneOf(absl::string_view key);
  Lanes::iterator LongestLane();
  void Add(Lanes::iterator lane, Lane::iterator entry);

  const size_t max_entries_;
  const size_t max_bytes_;
  size_t bytes_ = 0;
  Lanes lanes_;                       // none is empty
  std::list<Lanes::iterator> turns_;  // lanes not held; the front is next
  std::set<std::string, std::less<>> held_;
  absl::flat_hash_map<Id, Place> places_;
};

}  // namespace xapi_gateway::call

#endif  // BACKEND_CALL_FAIR_QUEUE_H_
