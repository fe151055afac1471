// HTTP as the real server speaks it: what it accepts, refuses and answers.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_HTTP_MESSAGE_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_HTTP_MESSAGE_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace xapi_gateway::simulator {

// Request line and headers together. The server's setting is 1024, of which
// clients can use this much.
inline constexpr size_t kMaxHeaderBytes = 1006;
inline constexpr size_t kMaxBodyBytes = 307'200;

struct RequestHead {
  std::string method;
  std::string path;  // without query
  bool http10 = false;
  bool keep_alive = true;
  std::optional<size_t> content_length;
};

// head ends with the empty line. nullopt when it is no HTTP request.
std::optional<RequestHead> ParseHead(absl::string_view head);

// A reply of the API: 200 with content type and, but for failures found before
// the call was looked up, CORS headers.
std::string ApiReply(const RequestHead& request, bool json, bool cors,
                     absl::string_view body);
std::string OptionsReply(const RequestHead& request);

// HTML pages of refusals; the connection is closed after each.
std::string HeaderTooLargeReply();
std::string TimeoutReply();
std::string ForbiddenReply(const RequestHead& request);
std::string UnsupportedReply(const RequestHead& request);
std::string InternalErrorReply(absl::string_view additional);
// Any other status, with a page that says so.
std::string StatusReply(int status);

// A reply of the control interface.
std::string ControlReply(const RequestHead& request, int status,
                         absl::string_view json);

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_HTTP_MESSAGE_H_
