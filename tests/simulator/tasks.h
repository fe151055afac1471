// Task rows: what an asynchronous call leaves to be watched.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_TASKS_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_TASKS_H_

#include <string>

#include "tests/simulator/world.h"

namespace xapi_gateway::simulator {

inline constexpr absl::Duration kFinishedTaskAge = absl::Seconds(3900);
inline constexpr absl::Duration kPendingTaskAge = absl::Hours(24);
inline constexpr size_t kMaxTasks = 200;

// A pending task; label is the call as it was sent.
std::string StartTask(World& world, const std::string& label,
                      const std::string& session);
void SetProgress(World& world, const std::string& task, double progress);
// Writes the outcome field by field, the status last, as the real server does.
void FinishTask(World& world, const std::string& task, const Outcome& outcome);
// Whether somebody asked for the task to end.
bool IsCancelled(const World& world, const std::string& task);
// Removes finished tasks by age, then by number.
void CollectTasks(World& world);

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_TASKS_H_
