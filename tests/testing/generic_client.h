// Makes unary calls with serialised messages and shows all of their ending.
#ifndef TESTS_TESTING_GENERIC_CLIENT_H_
#define TESTS_TESTING_GENERIC_CLIENT_H_

#include <grpcpp/generic/generic_stub.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"

namespace xapi_gateway::testing {

struct CallSetup {
  std::string path;
  std::string request;
  std::vector<std::pair<std::string, std::string>> metadata;
  absl::Duration timeout = absl::Seconds(30);  // infinite: none is set
};

struct CallResult {
  grpc::Status status;
  std::string response;
  // Of the status details; empty if there are none.
  google::rpc::ErrorInfo info;
  google::rpc::RetryInfo retry;
  google::rpc::BadRequest bad_request;
  std::map<std::string, std::string> trailers;
  // Of everything the server sent behind the response.
  size_t trailer_bytes = 0;
};

// "NOT_FOUND HANDLE_INVALID@xenapi: VM.start: ...": for comparing at a glance.
std::string Summary(const CallResult& result);

// A call under way. Thread-safe.
class PendingCall {
 public:
  PendingCall(std::shared_ptr<grpc::Channel> channel, const CallSetup& setup);
  // Cancels what has not ended, and waits.
  ~PendingCall();

  void Cancel() { context_.TryCancel(); }
  bool done() const;
  // Blocks until the call has ended.
  CallResult Wait();

 private:
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  mutable absl::Mutex mutex_;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Status status_ ABSL_GUARDED_BY(mutex_);
};

inline CallResult Call(const std::shared_ptr<grpc::Channel>& channel,
                       const CallSetup& setup) {
  return PendingCall(channel, setup).Wait();
}

// A channel that takes messages of any size.
std::shared_ptr<grpc::Channel> Connect(const std::string& address);

// Blocks until grpc.health.v1 says that `service` is `serving`. False after
// `most`.
bool WaitForHealth(const std::shared_ptr<grpc::Channel>& channel,
                   const std::string& service, bool serving,
                   absl::Duration most);

}  // namespace xapi_gateway::testing

#endif  // TESTS_TESTING_GENERIC_CLIENT_H_
