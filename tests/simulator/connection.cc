#include "tests/simulator/connection.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <string>
#include <type_traits>
#include <utility>

namespace xapi_gateway::simulator {
namespace {

// How long a client may take for the whole header of its first request.
constexpr int kFirstHeaderSeconds = 60;
// How long a client may take to answer the end of a TLS session.
constexpr int kCloseSeconds = 1;
// How much of a dripped reply is sent at a time.
constexpr size_t kDripBytes = 16;

template <typename Stream>
class Connection final
    : public ConnectionBase,
      public std::enable_shared_from_this<Connection<Stream>> {
 public:
  Connection(Stream stream, RequestHandler* handler, ConnectionRole role)
      : stream_(std::move(stream)),
        timer_(stream_.get_executor()),
        handler_(*handler),
        role_(std::move(role)) {}

  ~Connection() override {
    if (role_.ended) role_.ended();
  }

  void Start(bool eof_after_handshake) override {
    eof_after_handshake_ = eof_after_handshake;
    if constexpr (!std::is_same_v<Stream, UnixStream>) {
      boost::system::error_code ignored;
      stream_.lowest_layer().set_option(asio::ip::tcp::no_delay(true), ignored);
    }
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      Handshake();
    } else {
      StartHeaderTimer();
      Process();
    }
  }

  void Abort() override {
    boost::system::error_code ignored;
    timer_.cancel();
    held_.reset();
    stream_.lowest_layer().close(ignored);
    closed_ = true;
  }

 private:
  void Handshake() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      stream_.async_handshake(
          asio::ssl::stream_base::server,
          [self = this->shared_from_this()](boost::system::error_code error) {
            if (error || self->eof_after_handshake_) return self->Abort();
            self->StartHeaderTimer();
            self->Process();
          });
    }
  }

  void StartHeaderTimer() {
    timer_.expires_after(std::chrono::seconds(kFirstHeaderSeconds));
    timer_.async_wait(
        [weak = this->weak_from_this()](boost::system::error_code error) {
          auto self = weak.lock();
          if (self && !error && !self->header_seen_) {
            self->Finish(TimeoutReply());
          }
        });
  }

  // Takes the next whole request from what was read, or reads on.
  void Process() {
    if (closed_ || busy_) return;
    RequestStep step = handler_.Take(&input_, role_.control, role_.peer);
    if (step.need_more) return Read();
    if (!header_seen_) timer_.cancel();
    header_seen_ = true;
    if (!step.refusal.empty()) return Finish(step.refusal);
    busy_ = true;
    handler_.Run(std::move(step), role_.peer,
                 [weak = this->weak_from_this()](Answer answer) {
                   if (auto self = weak.lock()) self->Give(std::move(answer));
                 });
    // While the call runs the connection would have no other owner.
    if (busy_) WatchForEnd();
  }

  void Read() {
    stream_.async_read_some(asio::buffer(chunk_),
                            [self = this->shared_from_this()](
                                boost::system::error_code error, size_t size) {
                              if (error) return self->Abort();
                              self->input_.append(self->chunk_.data(), size);
                              self->Process();
                            });
  }

  // Notices a client that leaves while its call runs; keeps what it pipelines.
  void WatchForEnd() {
    if (watching_ || input_.size() > kMaxBodyBytes) return Hold();
    watching_ = true;
    stream_.async_read_some(asio::buffer(chunk_),
                            [self = this->shared_from_this()](
                                boost::system::error_code error, size_t size) {
                              self->watching_ = false;
                              if (error) return self->Abort();
                              self->input_.append(self->chunk_.data(), size);
                              if (self->busy_) return self->WatchForEnd();
                              if (self->idle_) {
                                self->idle_ = false;
                                self->Process();
                              }
                            });
  }

  // Too much was pipelined to read on: stay alive without reading.
  void Hold() { held_ = this->shared_from_this(); }

  void Give(Answer answer) {
    held_.reset();
    if (closed_) return;
    switch (answer.how) {
      case Answer::How::kWhole:
        return Send(std::move(answer));
      case Answer::How::kNever:
        return;
      case Answer::How::kReset:
        return Reset();
      case Answer::How::kHalf:
        answer.bytes.resize(answer.bytes.size() / 2);
        answer.keep_alive = false;
        return Send(std::move(answer));
      case Answer::How::kDrip:
        output_ = std::move(answer.bytes);
        keep_alive_ = answer.keep_alive;
        return Drip(0, answer.pause);
    }
  }

  void Send(Answer answer) {
    output_ = std::move(answer.bytes);
    keep_alive_ = answer.keep_alive;
    asio::async_write(
        stream_, asio::buffer(output_),
        [self = this->shared_from_this()](boost::system::error_code error,
                                          size_t) { self->Sent(error); });
  }

  void Drip(size_t from, std::chrono::milliseconds pause) {
    if (from >= output_.size()) return Sent({});
    size_t size = std::min(kDripBytes, output_.size() - from);
    auto self = this->shared_from_this();
    auto next = [self, from, size, pause](boost::system::error_code error,
                                          size_t) {
      if (error) return self->Abort();
      self->timer_.expires_after(pause);
      self->timer_.async_wait(
          [self, from, size, pause](boost::system::error_code stopped) {
            if (!stopped) self->Drip(from + size, pause);
          });
    };
    asio::async_write(stream_, asio::buffer(output_.data() + from, size), next);
  }

  void Sent(boost::system::error_code error) {
    if (error || !keep_alive_) return Close();
    busy_ = false;
    if (watching_) {
      // The read under way goes on; take at once what has come already.
      idle_ = true;
      TakePipelined();
      return;
    }
    Process();
  }

  void TakePipelined() {
    if (input_.find("\r\n\r\n") == std::string::npos) return;
    RequestStep step = handler_.Take(&input_, role_.control, role_.peer);
    if (step.need_more) return;
    idle_ = false;
    if (!step.refusal.empty()) return Finish(step.refusal);
    busy_ = true;
    handler_.Run(std::move(step), role_.peer,
                 [weak = this->weak_from_this()](Answer answer) {
                   if (auto self = weak.lock()) self->Give(std::move(answer));
                 });
  }

  void Finish(std::string page) {
    busy_ = true;
    Answer answer;
    answer.bytes = std::move(page);
    answer.keep_alive = false;
    Send(std::move(answer));
  }

  void Reset() {
    boost::system::error_code ignored;
    stream_.lowest_layer().set_option(asio::socket_base::linger(true, 0),
                                      ignored);
    Abort();
  }

  void Close() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      if (closed_) return;
      auto self = this->shared_from_this();
      timer_.expires_after(std::chrono::seconds(kCloseSeconds));
      timer_.async_wait([self](boost::system::error_code stopped) {
        if (!stopped) self->Abort();
      });
      stream_.async_shutdown(
          [self](boost::system::error_code) { self->Abort(); });
    } else {
      boost::system::error_code ignored;
      stream_.shutdown(asio::socket_base::shutdown_send, ignored);
      Abort();
    }
  }

  Stream stream_;
  asio::steady_timer timer_;
  RequestHandler& handler_;
  const ConnectionRole role_;
  std::array<char, 16384> chunk_;
  std::string input_;   // read and not yet taken
  std::string output_;  // being written
  std::shared_ptr<ConnectionBase> held_;
  bool eof_after_handshake_ = false;
  bool header_seen_ = false;
  bool keep_alive_ = true;
  bool busy_ = false;      // a call is running or its reply being written
  bool watching_ = false;  // a read is under way while busy
  bool idle_ = false;      // that read is the next request's
  bool closed_ = false;
};

template <typename Stream>
std::shared_ptr<ConnectionBase> Make(Stream stream, RequestHandler* handler,
                                     ConnectionRole role) {
  return std::make_shared<Connection<Stream>>(std::move(stream), handler,
                                              std::move(role));
}

}  // namespace

std::shared_ptr<ConnectionBase> MakeConnection(PlainStream stream,
                                               RequestHandler* handler,
                                               ConnectionRole role) {
  return Make(std::move(stream), handler, std::move(role));
}

std::shared_ptr<ConnectionBase> MakeConnection(TlsStream stream,
                                               RequestHandler* handler,
                                               ConnectionRole role) {
  return Make(std::move(stream), handler, std::move(role));
}

std::shared_ptr<ConnectionBase> MakeConnection(UnixStream stream,
                                               RequestHandler* handler,
                                               ConnectionRole role) {
  return Make(std::move(stream), handler, std::move(role));
}

}  // namespace xapi_gateway::simulator
