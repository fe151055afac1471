// One client's connection: reads requests, has them run, writes the answers.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_CONNECTION_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_CONNECTION_H_

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <functional>
#include <memory>

#include "tests/simulator/request_handler.h"

namespace xapi_gateway::simulator {

namespace asio = boost::asio;
using PlainStream = asio::ip::tcp::socket;
using TlsStream = asio::ssl::stream<asio::ip::tcp::socket>;
using UnixStream = asio::local::stream_protocol::socket;

class ConnectionBase {
 public:
  virtual ~ConnectionBase() = default;
  // Begins to serve. It then lives as long as its client stays.
  virtual void Start(bool eof_after_handshake) = 0;
  // Drops the connection at once.
  virtual void Abort() = 0;
};

struct ConnectionRole {
  Peer peer;
  bool control = false;         // speaks the control interface
  std::function<void()> ended;  // runs when the connection is over
};

std::shared_ptr<ConnectionBase> MakeConnection(PlainStream stream,
                                               RequestHandler* handler,
                                               ConnectionRole role);
std::shared_ptr<ConnectionBase> MakeConnection(TlsStream stream,
                                               RequestHandler* handler,
                                               ConnectionRole role);
std::shared_ptr<ConnectionBase> MakeConnection(UnixStream stream,
                                               RequestHandler* handler,
                                               ConnectionRole role);

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_CONNECTION_H_
