#include "tests/chaos/load.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "backend/wire/json_writer.h"
#include "backend/wire/xml_writer.h"

namespace xapi_gateway::chaos {
namespace {

// Beside those that the load keeps in flight, to see whether new ones pass.
constexpr int kExtraCalls = 8;

constexpr absl::Duration kCallTimeout = absl::Seconds(15);

template <typename Writer>
std::string Arguments(const std::string& vm, const std::string& mark) {
  Writer writer;
  writer.String(vm);
  writer.String(mark);
  return std::move(writer).Take();
}

}  // namespace

Load::Load(call::Pool* pool, Checker* checker, std::vector<std::string> vms,
           int width, uint64_t seed)
    : pool_(pool),
      checker_(checker),
      vms_(std::move(vms)),
      width_(width),
      random_(seed),
      thread_([this] { Generate(); }) {}

void Load::Stop() {
  {
    absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void Load::Generate() {
  while (true) {
    {
      absl::MutexLock lock(&mu_);
      auto room = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
        return stopping_ || in_flight_ < width_ + extra_;
      };
      mu_.Await(absl::Condition(&room));
      if (stopping_) return;
      ++in_flight_;
    }
    StartOne();
  }
}

void Load::StartOne() {
  std::string mark = absl::StrCat("mark-", ++next_);
  std::string vm = vms_[random_() % vms_.size()];
  call::CallSpec spec;
  spec.method = "VM.set_name_label";
  spec.idempotent = random_() % 2 == 0;
  spec.deadline = absl::Now() + kCallTimeout;
  spec.arguments = [vm, mark](wire::Format format) {
    return format == wire::Format::kJsonRpc
               ? Arguments<wire::JsonWriter>(vm, mark)
               : Arguments<wire::XmlWriter>(vm, mark);
  };
  checker_->Started(mark, spec.idempotent);
  auto id =
      pool_->Start(std::move(spec), [this, mark](call::CallOutcome outcome) {
        OnDone(mark, std::move(outcome));
      });
  if (!id.ok()) {
    call::CallFailure failure;
    failure.status = id.status();
    OnDone(mark, std::move(failure));
  }
}

void Load::OnDone(const std::string& mark, call::CallOutcome outcome) {
  Checker* checker = checker_;
  {
    absl::MutexLock lock(&mu_);
    --in_flight_;
    bool good = std::holds_alternative<wire::Reply>(outcome);
    absl::Time now = absl::Now();
    if (good && now >= awaited_ && good_ == absl::InfiniteFuture()) {
      good_ = now;
    }
  }
  // Last: whoever waits for the last call to end may then destroy this object.
  checker->Ended(mark, outcome);
}

absl::Time Load::WaitForGoodCall(absl::Time since, absl::Duration most) const {
  absl::MutexLock lock(&mu_);
  awaited_ = since;
  good_ = absl::InfiniteFuture();
  extra_ = kExtraCalls;
  auto good = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return good_ != absl::InfiniteFuture();
  };
  mu_.AwaitWithTimeout(absl::Condition(&good), most);
  extra_ = 0;
  return good_;
}

}  // namespace xapi_gateway::chaos
