#include "backend/http/curl_transfer.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "backend/http/client.h"
#include "backend/wire/format.h"

namespace xapi_gateway::http {
namespace {

// What curl reads from a socket at once.
constexpr long kReceiveBufferBytes = 64 << 10;

constexpr long kHttpOk = 200;

void Append(CurlSlist& list, const std::string& line) {
  // The list keeps its head, except for the first line.
  curl_slist* head = curl_slist_append(list.get(), line.c_str());
  list.release();
  list.reset(head);
}

absl::StatusCode StatusCodeOf(Failure::Kind kind) {
  switch (kind) {
    case Failure::Kind::kRefused:
      return absl::StatusCode::kInvalidArgument;
    case Failure::Kind::kTimeout:
      return absl::StatusCode::kDeadlineExceeded;
    case Failure::Kind::kReplyTooLarge:
      return absl::StatusCode::kResourceExhausted;
    case Failure::Kind::kBadReply:
      return absl::StatusCode::kInternal;
    case Failure::Kind::kConnect:
    case Failure::Kind::kLost:
      return absl::StatusCode::kUnavailable;
  }
  return absl::StatusCode::kUnavailable;
}

}  // namespace

bool IsTraceparent(absl::string_view value) {
  constexpr absl::string_view kForm =
      "00-hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh-hhhhhhhhhhhhhhhh-hh";
  if (value.size() != kForm.size()) return false;
  for (size_t i = 0; i < value.size(); ++i) {
    bool hex =
        absl::ascii_isdigit(value[i]) || (value[i] >= 'a' && value[i] <= 'f');
    if (kForm[i] == 'h' ? !hex : value[i] != kForm[i]) return false;
  }
  return true;
}

size_t HeaderBytes(const Endpoint& endpoint, absl::string_view user_agent,
                   absl::string_view server_name, const Request& request) {
  // Names, separators, a port and a length of at most six digits.
  constexpr size_t kFixed = 160;
  return kFixed + std::max(endpoint.host().size(), server_name.size()) +
         user_agent.size() + request.path.size() + request.content_type.size() +
         request.traceparent.size();
}

CurlTransfer::CurlTransfer(const Endpoint& endpoint,
                           const std::string& user_agent, const TlsSetup& tls)
    : endpoint_(endpoint), easy_(curl_easy_init()) {
  SetFixedOptions(user_agent, tls);
  SetTarget(tls.server_name());
}

void CurlTransfer::SetFixedOptions(const std::string& user_agent,
                                   const TlsSetup& tls) {
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_USERAGENT, user_agent.c_str());
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, long{kMaxIdleConnectionSeconds});
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, long{kMaxDnsCacheSeconds});
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kReceiveBufferBytes);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, OnHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, OnBeforeSend);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  tls.ApplyTo(easy);
}

void CurlTransfer::SetTarget(const std::string& server_name) {
  if (endpoint_.scheme() == Scheme::kUnix) {
    curl_easy_setopt(easy_.get(), CURLOPT_UNIX_SOCKET_PATH,
                     endpoint_.host().c_str());
    base_url_ = "http://localhost";
    return;
  }
  bool tls = endpoint_.scheme() == Scheme::kHttps;
  bool rename = tls && !server_name.empty();
  std::string host = rename ? server_name : endpoint_.UrlHost();
  base_url_ =
      absl::StrCat(tls ? "https://" : "http://", host, ":", endpoint_.port());
  if (!rename) return;
  // Empty host and port to match: whatever the URL says.
  Append(connect_to_,
         absl::StrCat("::", endpoint_.UrlHost(), ":", endpoint_.port()));
  curl_easy_setopt(easy_.get(), CURLOPT_CONNECT_TO, connect_to_.get());
}

void CurlTransfer::Prepare(Transport::RequestId id, Request request,
                           Transport::Done done, absl::Duration left) {
  id_ = id;
  request_ = std::move(request);
  done_ = std::move(done);
  body_ = std::string();
  header_bytes_ = 0;
  sends_ = 0;
  headers_too_large_ = body_too_large_ = false;
  headers_complete_ = framed_ = false;
  error_[0] = '\0';
  CURL* easy = easy_.get();
  if (path_ != request_.path) {
    path_ = request_.path;
    curl_easy_setopt(easy, CURLOPT_URL, absl::StrCat(base_url_, path_).c_str());
  }
  SetHeaders();
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body.data());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(request_.body.size()));
  auto milliseconds = [](absl::Duration d) {
    // Zero would mean no limit.
    return static_cast<long>(std::clamp<int64_t>(
        absl::ToInt64Milliseconds(absl::Ceil(d, absl::Milliseconds(1))), 1,
        INT32_MAX));
  };
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds(left));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   milliseconds(request_.connect_timeout));
}

void CurlTransfer::SetHeaders() {
  CurlSlist headers;
  Append(headers, absl::StrCat("Content-Type: ", request_.content_type));
  Append(headers, "Accept:");
  Append(headers, "Expect:");
  if (IsTraceparent(request_.traceparent)) {
    Append(headers, absl::StrCat("traceparent: ", request_.traceparent));
  }
  curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, headers.get());
  headers_ = std::move(headers);
}

Transport::Done CurlTransfer::TakeDone() {
  request_.body = std::string();
  body_ = std::string();
  return std::move(done_);
}

CurlTransfer* CurlTransfer::Of(CURL* easy) {
  CurlTransfer* transfer = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
  return transfer;
}

int CurlTransfer::NewConnections() const {
  long connections = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_NUM_CONNECTS, &connections);
  return static_cast<int>(connections);
}

size_t CurlTransfer::OnHeader(char* data, size_t size, size_t count,
                              void* self) {
  auto* transfer = static_cast<CurlTransfer*>(self);
  absl::string_view line(data, size * count);
  transfer->header_bytes_ += line.size();
  if (transfer->header_bytes_ > kMaxReplyHeaderBytes) {
    transfer->headers_too_large_ = true;
    return 0;
  }
  transfer->ReadHeader(line);
  return line.size();
}

void CurlTransfer::ReadHeader(absl::string_view line) {
  if (absl::StartsWith(line, "HTTP/")) framed_ = headers_complete_ = false;
  if (absl::StartsWithIgnoreCase(line, "content-length:") ||
      absl::StartsWithIgnoreCase(line, "transfer-encoding:")) {
    framed_ = true;
  }
  if (line == "\r\n" || line == "\n") headers_complete_ = true;
}

// curl takes the end of a connection for the end of a reply that does not say
// where it ends; a cut-off one would pass for whole.
absl::string_view CurlTransfer::Incomplete(int status) const {
  if (!headers_complete_) return "the connection was closed within the headers";
  if (status == kHttpOk && !framed_) return "the reply has no length";
  return "";
}

size_t CurlTransfer::OnBody(char* data, size_t size, size_t count, void* self) {
  auto* transfer = static_cast<CurlTransfer*>(self);
  std::string& body = transfer->body_;
  size_t bytes = size * count;
  if (body.empty()) transfer->ReserveBody(bytes);
  if (body.size() + bytes > transfer->request_.max_reply_bytes ||
      transfer->body_too_large_) {
    transfer->body_too_large_ = true;
    return 0;
  }
  body.append(data, bytes);
  return bytes;
}

void CurlTransfer::ReserveBody(size_t first_part) {
  curl_off_t announced = -1;
  curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
                    &announced);
  size_t length = std::max(
      first_part, static_cast<size_t>(std::max<curl_off_t>(announced, 0)));
  if (length > request_.max_reply_bytes) {
    body_too_large_ = true;
    return;
  }
  body_.reserve(std::min(length, kMaxReservedReplyBytes) + wire::kReplyPadding);
}

// curl sends again by itself when a kept-alive connection ends without a byte
// of reply. The host may have executed the call before it went, so a second
// time is refused here; the owner of the call decides what to repeat.
int CurlTransfer::OnBeforeSend(void* self, char*, char*, int, int) {
  return ++static_cast<CurlTransfer*>(self)->sends_ > 1 ? CURL_PREREQFUNC_ABORT
                                                        : CURL_PREREQFUNC_OK;
}

Result CurlTransfer::TakeResult(CURLcode code) {
  if (code != CURLE_OK) return MakeFailure(code);
  Response response;
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  absl::string_view incomplete = Incomplete(response.status);
  if (!incomplete.empty()) {
    return Failure{
        headers_complete_ ? Failure::Kind::kBadReply : Failure::Kind::kLost,
        true,
        absl::UnavailableError(
            absl::StrCat(endpoint_.text(), ": ", std::string(incomplete)))};
  }
  if (status != kHttpOk) {
    char* type = nullptr;
    curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_TYPE, &type);
    if (type != nullptr) response.content_type = type;
  }
  if (body_.capacity() < body_.size() + wire::kReplyPadding) {
    body_.reserve(body_.size() + wire::kReplyPadding);
  }
  response.body = std::move(body_);
  return response;
}

Failure::Kind CurlTransfer::KindOf(CURLcode code) const {
  if (sends_ == 0) return Failure::Kind::kConnect;
  if (body_too_large_) return Failure::Kind::kReplyTooLarge;
  if (headers_too_large_) return Failure::Kind::kBadReply;
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return Failure::Kind::kTimeout;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_CONTENT_ENCODING:
      return Failure::Kind::kBadReply;
    default:
      return Failure::Kind::kLost;
  }
}

Failure CurlTransfer::MakeFailure(CURLcode code) const {
  Failure failure;
  failure.kind = KindOf(code);
  failure.maybe_sent = sends_ > 0;
  std::string what = error_[0] != '\0' ? error_ : curl_easy_strerror(code);
  if (body_too_large_) {
    what = absl::StrCat("the reply is larger than ", request_.max_reply_bytes,
                        " bytes");
  } else if (headers_too_large_) {
    what = absl::StrCat("the reply's headers are larger than ",
                        kMaxReplyHeaderBytes, " bytes");
  } else if (sends_ > 1) {
    what = "the connection was closed before the reply";
  }
  failure.status = absl::Status(StatusCodeOf(failure.kind),
                                absl::StrCat(endpoint_.text(), ": ", what));
  return failure;
}

}  // namespace xapi_gateway::http
