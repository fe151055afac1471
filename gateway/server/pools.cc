#include "gateway/server/pools.h"

#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"

namespace xapi_gateway::server {

absl::Status Pools::Add(const PoolSetup& setup, Listener listener) {
  Running running;
  running.name = setup.options.name;
  auto loop = http::EventLoop::Start();
  if (!loop.ok()) return loop.status();
  running.loop = *std::move(loop);
  auto client = http::Client::Create(running.loop.get(), setup.client);
  if (!client.ok()) return client.status();
  running.client = *std::move(client);
  auto pool = call::Pool::Create(
      setup.options, running.client.get(),
      [name = running.name, listener](const call::PoolState& state) {
        listener(name, state);
      });
  if (!pool.ok()) return pool.status();
  running.pool = *std::move(pool);
  running_.push_back(std::move(running));
  return absl::OkStatus();
}

std::vector<rpc::PoolEntry> Pools::entries() const {
  std::vector<rpc::PoolEntry> entries;
  for (const Running& running : running_) {
    entries.push_back({running.name, running.pool.get()});
  }
  return entries;
}

std::vector<std::string> Pools::Shutdown(absl::Time deadline) {
  std::vector<absl::Status> ended(running_.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < running_.size(); ++i) {
    threads.emplace_back([this, &ended, i, deadline] {
      ended[i] = running_[i].pool->Shutdown(deadline);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<std::string> problems;
  for (size_t i = 0; i < running_.size(); ++i) {
    if (ended[i].ok()) continue;
    problems.push_back(
        absl::StrCat(running_[i].name, ": ", ended[i].message()));
  }
  return problems;
}

}  // namespace xapi_gateway::server
