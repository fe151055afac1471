// One curl handle, set up for one endpoint and used for one request after the
// other. Internal to backend/http.
#ifndef BACKEND_HTTP_CURL_TRANSFER_H_
#define BACKEND_HTTP_CURL_TRANSFER_H_

#include <curl/curl.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "backend/http/curl_tls.h"
#include "backend/http/endpoint.h"
#include "backend/http/transport.h"

namespace xapi_gateway::http {

struct CurlEasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using CurlEasy = std::unique_ptr<CURL, CurlEasyDeleter>;

struct CurlSlistDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlSlist = std::unique_ptr<curl_slist, CurlSlistDeleter>;

// Loop thread only.
class CurlTransfer {
 public:
  // `tls` must outlive the transfer.
  CurlTransfer(const Endpoint& endpoint, const std::string& user_agent,
               const TlsSetup& tls);
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  // Puts `request` in place; `left` is the time until its deadline.
  void Prepare(Transport::RequestId id, Request request, Transport::Done done,
               absl::Duration left);
  // What came of it, given how curl says it ended.
  Result TakeResult(CURLcode code);
  // Ends the request: its memory goes.
  Transport::Done TakeDone();

  CURL* easy() const { return easy_.get(); }
  Transport::RequestId id() const { return id_; }
  const Endpoint& endpoint() const { return endpoint_; }
  // Connections opened for this request: 0 if one was reused.
  int NewConnections() const;

  static CurlTransfer* Of(CURL* easy);

 private:
  static size_t OnHeader(char* data, size_t size, size_t count, void* self);
  static size_t OnBody(char* data, size_t size, size_t count, void* self);
  static int OnBeforeSend(void* self, char* peer, char* own, int peer_port,
                          int own_port);

  void SetFixedOptions(const std::string& user_agent, const TlsSetup& tls);
  void SetTarget(const std::string& server_name);
  void SetHeaders();
  void ReadHeader(absl::string_view line);
  absl::string_view Incomplete(int status) const;
  void ReserveBody(size_t first_part);
  Failure MakeFailure(CURLcode code) const;
  Failure::Kind KindOf(CURLcode code) const;

  const Endpoint endpoint_;
  CurlEasy easy_;
  CurlSlist connect_to_;
  std::string base_url_;
  absl::string_view path_;
  char error_[CURL_ERROR_SIZE] = "";

  // Of the request in progress.
  Transport::RequestId id_ = 0;
  Request request_;
  Transport::Done done_;
  CurlSlist headers_;
  std::string body_;
  size_t header_bytes_ = 0;
  int sends_ = 0;  // connections on which it was about to leave
  bool headers_too_large_ = false;
  bool headers_complete_ = false;
  bool framed_ = false;  // the headers say where the body ends
  bool body_too_large_ = false;
};

// Bytes of the header block of `request`, from above.
size_t HeaderBytes(const Endpoint& endpoint, absl::string_view user_agent,
                   absl::string_view server_name, const Request& request);

}  // namespace xapi_gateway::http

#endif  // BACKEND_HTTP_CURL_TRANSFER_H_
