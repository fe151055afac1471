#include "backend/http/client.h"

#include <curl/curl.h>
#include <sys/epoll.h>

#include <atomic>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "backend/http/curl_tls.h"
#include "backend/http/curl_transfer.h"

namespace xapi_gateway::http {
namespace {

// Kept ready per endpoint, so that a call need not set one up.
constexpr size_t kMaxIdleTransfers = 64;
// Endpoints with transfers kept ready; beyond that all are dropped at once. A
// pool has at most 64 hosts, each perhaps under two names.
constexpr size_t kMaxEndpoints = 256;
constexpr size_t kMaxUserAgentBytes = 64;

// curl's own start-up, which must come before its first use.
void InitialiseCurl() {
  [[maybe_unused]] static const CURLcode done =
      curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct CurlMultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using CurlMulti = std::unique_ptr<CURLM, CurlMultiDeleter>;

uint32_t EpollEventsOf(int what) {
  uint32_t events = 0;
  if (what & CURL_POLL_IN) events |= EPOLLIN;
  if (what & CURL_POLL_OUT) events |= EPOLLOUT;
  return events;
}

int CurlEventsOf(uint32_t events) {
  int what = 0;
  if (events & EPOLLIN) what |= CURL_CSELECT_IN;
  if (events & EPOLLOUT) what |= CURL_CSELECT_OUT;
  if (events & (EPOLLERR | EPOLLHUP)) what |= CURL_CSELECT_ERR;
  return what;
}

}  // namespace

// Everything here runs on the loop thread, except the constructor and stats.
class Client::Impl {
 public:
  Impl(EventLoop* loop, ClientOptions options,
       std::unique_ptr<const TlsSetup> tls)
      : loop_(loop), options_(std::move(options)), tls_(std::move(tls)) {}

  void Open();
  void Close();
  RequestId Send(const Endpoint& endpoint, Request request, Done done);
  void Cancel(RequestId id);
  ClientStats stats() const { return {requests_, connections_}; }
  EventLoop* loop() const { return loop_; }

 private:
  using IdleTransfers = std::vector<std::unique_ptr<CurlTransfer>>;

  static int OnSocket(CURL*, curl_socket_t fd, int what, void* self, void*);
  static int OnTimer(CURLM*, long milliseconds, void* self);

  void SetTimer(long milliseconds);
  void Act(curl_socket_t fd, int events);
  void FinishRound();
  void FinishTransfers();
  void Finish(CURL* easy, CURLcode code);
  void Refuse(RequestId id, Failure failure, Done done);
  absl::Status Check(const Endpoint& endpoint, const Request& request) const;
  std::unique_ptr<CurlTransfer> TakeTransfer(const Endpoint& endpoint);
  void PutBack(std::unique_ptr<CurlTransfer> transfer);

  EventLoop* const loop_;
  const ClientOptions options_;
  const std::unique_ptr<const TlsSetup> tls_;
  uint64_t round_hook_ = 0;
  Loop::TimerId timer_ = 0;
  bool due_ = false;  // curl wants to be called without waiting
  RequestId next_id_ = 1;
  absl::flat_hash_map<Endpoint, IdleTransfers> idle_;
  absl::flat_hash_map<RequestId, std::unique_ptr<CurlTransfer>> active_;
  absl::flat_hash_map<RequestId, std::pair<Failure, Done>> refused_;
  std::atomic<uint64_t> requests_ = 0;
  std::atomic<uint64_t> connections_ = 0;
  // Held weakly by posted tasks, which may outlive the client.
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  CurlMulti multi_;
};

void Client::Impl::Open() {
  multi_.reset(curl_multi_init());
  CURLM* multi = multi_.get();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, OnSocket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, OnTimer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi, CURLMOPT_PIPELINING, long{CURLPIPE_NOTHING});
  curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                    long{options_.max_connections_per_host});
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS,
                    long{options_.max_connections_per_host});
  round_hook_ = loop_->AddRoundHook([this] { FinishRound(); });
}

void Client::Impl::Close() {
  loop_->RemoveRoundHook(round_hook_);
  for (auto& [id, transfer] : active_) {
    curl_multi_remove_handle(multi_.get(), transfer->easy());
  }
  auto active = std::move(active_);
  auto refused = std::move(refused_);
  idle_.clear();
  multi_.reset();
  if (timer_ != 0) loop_->CancelTimer(timer_);
}

int Client::Impl::OnSocket(CURL*, curl_socket_t fd, int what, void* self,
                           void*) {
  auto* impl = static_cast<Impl*>(self);
  if (what == CURL_POLL_REMOVE) {
    impl->loop_->UnwatchFd(fd);
    return 0;
  }
  impl->loop_->WatchFd(fd, EpollEventsOf(what), [impl, fd](uint32_t events) {
    impl->Act(fd, CurlEventsOf(events));
  });
  return 0;
}

int Client::Impl::OnTimer(CURLM*, long milliseconds, void* self) {
  static_cast<Impl*>(self)->SetTimer(milliseconds);
  return 0;
}

void Client::Impl::SetTimer(long milliseconds) {
  if (timer_ != 0) loop_->CancelTimer(timer_);
  timer_ = 0;
  due_ = milliseconds == 0;
  if (milliseconds <= 0) return;
  timer_ =
      loop_->RunAt(loop_->Now() + absl::Milliseconds(milliseconds), [this] {
        timer_ = 0;
        due_ = true;
      });
}

void Client::Impl::Act(curl_socket_t fd, int events) {
  int running = 0;
  curl_multi_socket_action(multi_.get(), fd, events, &running);
}

void Client::Impl::FinishRound() {
  FinishTransfers();
  while (due_) {
    due_ = false;
    Act(CURL_SOCKET_TIMEOUT, 0);
    FinishTransfers();
  }
}

void Client::Impl::FinishTransfers() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg == CURLMSG_DONE) {
      Finish(message->easy_handle, message->data.result);
    }
  }
}

void Client::Impl::Finish(CURL* easy, CURLcode code) {
  auto found = active_.find(CurlTransfer::Of(easy)->id());
  std::unique_ptr<CurlTransfer> transfer = std::move(found->second);
  active_.erase(found);
  connections_ += transfer->NewConnections();
  Result result = transfer->TakeResult(code);
  Done done = transfer->TakeDone();
  curl_multi_remove_handle(multi_.get(), easy);
  PutBack(std::move(transfer));
  done(std::move(result));
}

absl::Status Client::Impl::Check(const Endpoint& endpoint,
                                 const Request& request) const {
  if (request.body.size() > kMaxRequestBodyBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the call takes ", request.body.size(),
        " bytes, but xapi accepts at most ", kMaxRequestBodyBytes));
  }
  size_t headers =
      HeaderBytes(endpoint, options_.user_agent, tls_->server_name(), request);
  if (headers > kMaxRequestHeaderBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        endpoint.text(), ": the headers of a call take ", headers,
        " bytes, but xapi accepts at most ", kMaxRequestHeaderBytes));
  }
  return absl::OkStatus();
}

void Client::Impl::Refuse(RequestId id, Failure failure, Done done) {
  refused_.emplace(id, std::make_pair(std::move(failure), std::move(done)));
  loop_->Post([this, id, alive = std::weak_ptr<bool>(alive_)] {
    if (alive.expired()) return;
    auto refused = refused_.extract(id);
    if (refused.empty()) return;
    auto [failure, done] = std::move(refused.mapped());
    done(std::move(failure));
  });
}

Transport::RequestId Client::Impl::Send(const Endpoint& endpoint,
                                        Request request, Done done) {
  RequestId id = next_id_++;
  ++requests_;
  absl::Status checked = Check(endpoint, request);
  if (!checked.ok()) {
    Refuse(id, {Failure::Kind::kRefused, false, checked}, std::move(done));
    return id;
  }
  absl::Duration left = request.deadline - loop_->Now();
  if (left <= absl::ZeroDuration()) {
    absl::Status late = absl::DeadlineExceededError(absl::StrCat(
        endpoint.text(), ": the deadline passed before the call was sent"));
    Refuse(id, {Failure::Kind::kTimeout, false, late}, std::move(done));
    return id;
  }
  std::unique_ptr<CurlTransfer> transfer = TakeTransfer(endpoint);
  transfer->Prepare(id, std::move(request), std::move(done), left);
  curl_multi_add_handle(multi_.get(), transfer->easy());
  active_.emplace(id, std::move(transfer));
  return id;
}

void Client::Impl::Cancel(RequestId id) {
  auto refused = refused_.extract(id);
  auto found = active_.find(id);
  if (found == active_.end()) return;
  std::unique_ptr<CurlTransfer> transfer = std::move(found->second);
  active_.erase(found);
  curl_multi_remove_handle(multi_.get(), transfer->easy());
  Done done = transfer->TakeDone();
  PutBack(std::move(transfer));
}

std::unique_ptr<CurlTransfer> Client::Impl::TakeTransfer(
    const Endpoint& endpoint) {
  auto found = idle_.find(endpoint);
  if (found == idle_.end() || found->second.empty()) {
    return std::make_unique<CurlTransfer>(endpoint, options_.user_agent, *tls_);
  }
  std::unique_ptr<CurlTransfer> transfer = std::move(found->second.back());
  found->second.pop_back();
  return transfer;
}

void Client::Impl::PutBack(std::unique_ptr<CurlTransfer> transfer) {
  if (idle_.size() >= kMaxEndpoints) idle_.clear();
  IdleTransfers& idle = idle_[transfer->endpoint()];
  if (idle.size() < kMaxIdleTransfers) idle.push_back(std::move(transfer));
}

absl::StatusOr<std::unique_ptr<Client>> Client::Create(EventLoop* loop,
                                                       ClientOptions options) {
  InitialiseCurl();
  if (options.user_agent.size() > kMaxUserAgentBytes ||
      options.max_connections_per_host < 1) {
    return absl::InvalidArgumentError(
        "a client needs a User-Agent of at most 64 characters and at least "
        "one connection");
  }
  auto tls = TlsSetup::Create(options.tls);
  if (!tls.ok()) return tls.status();
  auto impl = std::make_unique<Impl>(loop, std::move(options), *std::move(tls));
  loop->RunAndWait([&] { impl->Open(); });
  return absl::WrapUnique(new Client(std::move(impl)));
}

Client::Client(std::unique_ptr<Impl> impl)
    : loop_(impl->loop()), impl_(std::move(impl)) {}

Client::~Client() {
  loop_->RunAndWait([this] {
    impl_->Close();
    impl_.reset();
  });
}

Loop& Client::loop() { return *loop_; }

Transport::RequestId Client::Send(const Endpoint& endpoint, Request request,
                                  Done done) {
  return impl_->Send(endpoint, std::move(request), std::move(done));
}

void Client::Cancel(RequestId id) { impl_->Cancel(id); }

ClientStats Client::stats() const { return impl_->stats(); }

}  // namespace xapi_gateway::http
