// One unary RPC of the mirror, from its request to its end.
//
//   request -> Admit -> Pool::Start (encodes the arguments, makes the call)
//           -> DecodeReply -> response
//
// Each step that fails ends the call with its status; every path ends it
// exactly once, in Succeed or Fail. Nothing blocks. The client's cancel and
// deadline reach the transfer to xapi.
#ifndef GATEWAY_RPC_UNARY_CALL_H_
#define GATEWAY_RPC_UNARY_CALL_H_

#include <grpcpp/generic/async_generic_service.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "backend/call/outcome.h"
#include "backend/call/pool.h"
#include "backend/wire/reply.h"
#include "gateway/rpc/admission.h"
#include "gateway/rpc/environment.h"
#include "gateway/transcode/binding_table.h"

namespace xapi_gateway::rpc {

// The largest request message. xapi takes bodies of 300 KiB, and no request is
// longer in Protobuf than in JSON but for a few bytes.
inline constexpr size_t kMaxRequestBytes = 320 << 10;

// Replies up to here are decoded where they arrive, on the loop thread of the
// pool: about a millisecond's work in either format. Larger ones go to the
// workers, at the price of a thread hop.
inline constexpr size_t kMaxInlineJsonBytes = 256 << 10;
inline constexpr size_t kMaxInlineXmlBytes = 32 << 10;

// Deletes itself when gRPC has done with it.
class UnaryCall final : public grpc::ServerGenericBidiReactor {
 public:
  // `environment` and `binding` outlive the call, as gRPC's `context` does.
  UnaryCall(const Environment& environment, const transcode::Binding& binding,
            grpc::GenericCallbackServerContext& context);

  void OnReadDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // Whether the call may be made; fills in call_ and request_.
  grpc::Status CheckRequest();
  call::CallSpec Spec();

  // On the pool's loop thread.
  void OnOutcome(call::CallOutcome outcome);
  void OnReply(wire::Reply reply);
  // On any thread.
  void Decode(wire::Reply reply);

  // Both end the call; `this` may be gone when they return.
  void Succeed(std::string response);
  void Fail(grpc::Status status);
  void Report(int status, const std::string& message, size_t response_bytes);

  CallContext call_;
  grpc::GenericCallbackServerContext& context_;
  grpc::ByteBuffer message_;  // the request, then the response
  grpc::Slice request_;       // keeps the bytes of the arguments
  // Meet in the middle: whoever of OnReadDone and OnCancel comes second sees
  // what the other left and cancels the call.
  std::atomic<bool> cancelled_{false};
  std::atomic<call::CallId> call_id_{kNotStarted};

  static constexpr call::CallId kNotStarted = UINT64_MAX;
};

}  // namespace xapi_gateway::rpc

#endif  // GATEWAY_RPC_UNARY_CALL_H_
