#include "backend/call/pool.h"

#include <atomic>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "backend/call/pool_core.h"
#include "backend/http/transport.h"
#include "backend/wire/call_body.h"

namespace xapi_gateway::call {
namespace {

// As long as the references that xapi makes.
constexpr size_t kSessionReferenceBytes = 46;

// Below this there is no need to look how long the body gets.
constexpr size_t kSurelySmallBytes = http::kMaxRequestBodyBytes - 4096;

absl::Status CheckSize(wire::Format format, const CallSpec& spec,
                       const std::string& arguments) {
  if (arguments.size() + spec.method.size() <= kSurelySmallBytes) {
    return absl::OkStatus();
  }
  std::string session(spec.with_session ? kSessionReferenceBytes : 0, 'x');
  size_t bytes = wire::CallBody(format, spec.method, session, arguments).size();
  if (bytes <= http::kMaxRequestBodyBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "the arguments of ", spec.method, " make a call of ", bytes,
      " bytes, but xapi accepts at most ", http::kMaxRequestBodyBytes));
}

absl::Status CheckOptions(const PoolOptions& options) {
  auto invalid = [&](absl::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat("pool \"", options.name, "\": ", what));
  };
  if (options.seeds.empty()) return invalid("no seed host is given");
  if (options.max_concurrent_calls < 1 || options.max_queued_calls < 1 ||
      options.max_sessions_per_identity < 1 || options.max_identities < 1 ||
      options.max_reply_bytes < 1) {
    return invalid("every limit must be at least 1");
  }
  const absl::Duration durations[] = {
      options.coordinator_wait,   options.connect_timeout,
      options.login_timeout,      options.min_probe_delay,
      options.max_probe_delay,    options.silence_before_check,
      options.session_idle,       options.min_rejected_delay,
      options.max_rejected_delay,
  };
  for (absl::Duration duration : durations) {
    if (duration < absl::Milliseconds(1)) {
      return invalid("every duration must be at least 1 ms");
    }
  }
  if (options.min_probe_delay > options.max_probe_delay ||
      options.min_rejected_delay > options.max_rejected_delay) {
    return invalid("a least delay exceeds its greatest");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<http::Endpoint>> ParseSeeds(
    const PoolOptions& options) {
  std::vector<http::Endpoint> seeds;
  for (const std::string& text : options.seeds) {
    auto endpoint = http::Endpoint::Parse(text);
    if (!endpoint.ok()) return endpoint.status();
    seeds.push_back(*std::move(endpoint));
  }
  return seeds;
}

session::Jitter RandomJitter() {
  auto random = std::make_shared<absl::BitGen>();
  return [random] { return absl::Uniform(*random, 0.0, 1.0); };
}

// The thread-safe face of a PoolCore.
class PoolImpl : public Pool {
 public:
  explicit PoolImpl(std::shared_ptr<PoolCore> core) : core_(std::move(core)) {
    core_->loop().Post([core = core_] { core->Open(); });
  }
  ~PoolImpl() override {
    core_->loop().Post([core = core_] { core->Close(); });
  }

  absl::StatusOr<CallId> Start(CallSpec spec, Done done) override;
  void Cancel(CallId id) override {
    core_->loop().Post([core = core_, id] { core->Cancel(id); });
  }
  wire::Format format() const override { return core_->format(); }
  PoolState state() const override { return core_->state(); }
  void UpdateHosts(std::vector<std::string> addresses) override {
    core_->loop().Post([core = core_, addresses = std::move(addresses)] {
      core->UpdateHosts(addresses);
    });
  }
  absl::Status Shutdown(absl::Time deadline) override;

 private:
  const std::shared_ptr<PoolCore> core_;
  std::atomic<CallId> next_id_ = 1;
  std::atomic<bool> shut_down_ = false;
};

absl::StatusOr<CallId> PoolImpl::Start(CallSpec spec, Done done) {
  if (spec.deadline == absl::InfiniteFuture()) {
    return absl::InvalidArgumentError(
        absl::StrCat(spec.method, " was started without a deadline"));
  }
  if (spec.deadline <= absl::Now()) {
    return absl::DeadlineExceededError(absl::StrCat(
        "the deadline had passed before ", spec.method, " was started"));
  }
  wire::Format format = core_->format();
  auto arguments = spec.arguments(format);
  if (!arguments.ok()) return arguments.status();
  absl::Status size = CheckSize(format, spec, *arguments);
  if (!size.ok()) return size;
  auto call = std::make_unique<Call>();
  CallId id = next_id_++;
  call->id = id;
  call->deadline = core_->loop().FromWallClock(spec.deadline);
  call->spec = std::move(spec);
  call->done = std::move(done);
  call->arguments = *std::move(arguments);
  call->arguments_format = format;
  call->has_arguments = true;
  core_->loop().Post([core = core_, call = std::move(call)]() mutable {
    core->Submit(std::move(call));
  });
  return id;
}

absl::Status PoolImpl::Shutdown(absl::Time deadline) {
  if (shut_down_.exchange(true)) return absl::OkStatus();
  struct Wait {
    absl::Notification over;
    int left = 0;
  };
  auto wait = std::make_shared<Wait>();
  int sessions = core_->state().sessions;
  core_->loop().Post([core = core_, wait] {
    core->Shutdown([wait](int left) {
      if (wait->over.HasBeenNotified()) return;
      wait->left = left;
      wait->over.Notify();
    });
  });
  if (!wait->over.WaitForNotificationWithDeadline(deadline)) {
    return absl::DeadlineExceededError(absl::StrCat(
        "pool \"", core_->options().name,
        "\": time ran out while logging out of ", sessions, " sessions"));
  }
  if (wait->left == 0) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("pool \"", core_->options().name, "\": ", wait->left,
                   " sessions could not be logged out"));
}

}  // namespace

absl::string_view PhaseName(PoolState::Phase phase) {
  switch (phase) {
    case PoolState::Phase::kProbing:
      return "probing";
    case PoolState::Phase::kFollowing:
      return "following";
    case PoolState::Phase::kConnected:
      return "connected";
    case PoolState::Phase::kShutdown:
      return "shutdown";
  }
  return "unknown";
}

absl::StatusOr<std::unique_ptr<Pool>> Pool::Create(PoolOptions options,
                                                   http::Transport* transport,
                                                   StateListener listener) {
  absl::Status checked = CheckOptions(options);
  if (!checked.ok()) return checked;
  auto seeds = ParseSeeds(options);
  if (!seeds.ok()) return seeds.status();
  if (options.identity.key.empty()) {
    options.identity.key = options.identity.user;
  }
  return std::make_unique<PoolImpl>(std::make_shared<PoolCore>(
      std::move(options), *std::move(seeds), transport, RandomJitter(),
      std::move(listener)));
}

}  // namespace xapi_gateway::call
