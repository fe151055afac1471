#include "gateway/rpc/decode_workers.h"

#include <utility>

namespace xapi_gateway::rpc {

DecodeWorkers::DecodeWorkers(int threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

DecodeWorkers::~DecodeWorkers() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

bool DecodeWorkers::Submit(size_t bytes, Job& job) {
  absl::MutexLock lock(&mutex_);
  if (waiting_bytes_ + bytes > kMaxWaitingReplyBytes) return false;
  waiting_bytes_ += bytes;
  queue_.push_back({bytes, std::move(job)});
  return true;
}

void DecodeWorkers::Run() {
  while (true) {
    Job job;
    {
      absl::MutexLock lock(&mutex_,
                           absl::Condition(this, &DecodeWorkers::Awake));
      if (queue_.empty()) return;
      waiting_bytes_ -= queue_.front().bytes;
      job = std::move(queue_.front().job);
      queue_.pop_front();
    }
    job();
  }
}

}  // namespace xapi_gateway::rpc
