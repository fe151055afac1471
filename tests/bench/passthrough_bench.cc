// CPU of the gateway for one unary call, beside the sum of its two halves done
// with nothing in between: a bare gRPC echo and a bare libcurl POST.
//
//   passthrough_bench --gateway ADDRESS --gateway_pid PID --xapi URL
//                     --user USER --password PASSWORD [--calls N]
//
// Every server and client measured runs in a process of its own, so that its
// CPU is that of the process. The gateway and the simulated pool are started
// by tests/bench/run.

#include <curl/curl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>

#include "grpcpp/create_channel.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"

namespace {

using Flags = std::map<std::string, std::string>;

// A string of the length of a reference, in the request and in the response.
const std::string kText(46, 'r');

grpc::ByteBuffer StringMessage(const std::string& text) {
  std::string bytes = "\x0a";
  bytes.push_back(static_cast<char>(text.size()));
  bytes += text;
  grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

// CPU seconds that a process has used.
double CpuSeconds(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string stat((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(stat.substr(stat.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// Makes `calls` unary calls, `width` at a time, and waits for all of them.
class Load {
 public:
  Load(const std::string& address, std::string path, std::string self,
       int width)
      : stub_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())),
        path_(std::move(path)),
        request_(StringMessage(self)),
        width_(width) {}

  // False if any call failed.
  bool Run(int calls) {
    left_ = calls;
    open_ = 0;
    for (int i = 0; i < width_; ++i) StartOne();
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] { return open_ == 0 && left_ <= 0; });
    if (failures_ > 0) std::fprintf(stderr, "%s\n", failure_.c_str());
    return failures_ == 0;
  }

 private:
  struct Call {
    grpc::ClientContext context;
    grpc::ByteBuffer request;
    grpc::ByteBuffer response;
  };

  void StartOne() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (left_ <= 0) return;
      --left_;
      ++open_;
    }
    auto* call = new Call{{}, request_, {}};
    stub_.UnaryCall(&call->context, path_, {}, &call->request, &call->response,
                    [this, call](grpc::Status status) {
                      delete call;
                      Finished(status);
                    });
  }

  void Finished(const grpc::Status& status) {
    StartOne();
    std::lock_guard<std::mutex> lock(mutex_);
    --open_;
    if (!status.ok()) {
      ++failures_;
      failure_ = status.error_message();
    }
    done_.notify_all();
  }

  grpc::GenericStub stub_;
  const std::string path_;
  const grpc::ByteBuffer request_;
  const int width_;
  std::mutex mutex_;
  std::condition_variable done_;
  int left_ = 0;
  int open_ = 0;
  int failures_ = 0;
  std::string failure_;
};

// The bare gRPC half: answers each call with a string.
class Echo : public grpc::ServerGenericBidiReactor {
 public:
  Echo() { StartRead(&request_); }
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    response_ = StringMessage(kText);
    StartWriteAndFinish(&response_, {}, grpc::Status::OK);
  }
  void OnDone() override { delete this; }

 private:
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
};

class EchoService : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext*) override {
    return new Echo();
  }
};

// Starts `body` in a child that writes one line to the pipe when it is ready.
pid_t Fork(const std::function<void(int)>& body, std::string* line) {
  int ends[2];
  if (pipe(ends) != 0) std::exit(1);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    body(ends[1]);
    std::_Exit(0);
  }
  close(ends[1]);
  char buffer[64];
  const ssize_t size = read(ends[0], buffer, sizeof buffer);
  line->assign(buffer, size > 0 ? static_cast<size_t>(size) : 0);
  close(ends[0]);
  return child;
}

void ServeEcho(int ready) {
  int port = 0;
  EchoService service;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterCallbackGenericService(&service);
  auto server = builder.BuildAndStart();
  dprintf(ready, "127.0.0.1:%d", port);
  close(ready);
  server->Wait();
}

size_t Collect(char* data, size_t size, size_t count, void* out) {
  static_cast<std::string*>(out)->append(data, size * count);
  return size * count;
}

// Posts `body` `calls` times over one connection; the reply of the last.
std::string Post(const std::string& url, const std::string& body, int calls) {
  CURL* curl = curl_easy_init();
  curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/json");
  headers = curl_slist_append(headers, "Expect:");
  std::string reply;
  curl_easy_setopt(curl, CURLOPT_URL, (url + "/jsonrpc").c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, Collect);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
  for (int i = 0; i < calls; ++i) {
    reply.clear();
    if (curl_easy_perform(curl) != CURLE_OK) std::_Exit(1);
  }
  curl_slist_free_all(headers);
  curl_easy_cleanup(curl);
  return reply;
}

std::string Body(const std::string& method, const std::string& parameters) {
  return R"({"jsonrpc":"2.0","id":1,"method":")" + method +
         R"(","params":[)" + parameters + "]}";
}

// The string that is the result of a JSON-RPC reply.
std::string Result(const std::string& reply) {
  const size_t begin = reply.find("OpaqueRef:");
  return begin == std::string::npos
             ? ""
             : reply.substr(begin, reply.find('"', begin) - begin);
}

double MicrosecondsPerCall(double seconds, int calls) {
  return seconds * 1e6 / calls;
}

double MeasureServer(pid_t pid, Load& load, int calls) {
  // The first calls connect and log in.
  if (!load.Run(calls / 10)) std::exit(1);
  const double before = CpuSeconds(pid);
  if (!load.Run(calls)) std::exit(1);
  return MicrosecondsPerCall(CpuSeconds(pid) - before, calls);
}

double MeasurePost(const Flags& flags, const std::string& session,
                   const std::string& self, int calls) {
  const std::string body = Body("VM.get_name_label",
                                "\"" + session + "\",\"" + self + "\"");
  std::string line;
  const pid_t child = Fork(
      [&](int ready) {
        Post(flags.at("xapi"), body, calls / 10);
        const double before = CpuSeconds(getpid());
        Post(flags.at("xapi"), body, calls);
        dprintf(ready, "%f", CpuSeconds(getpid()) - before);
      },
      &line);
  waitpid(child, nullptr, 0);
  return MicrosecondsPerCall(std::stod(line), calls);
}

Flags Parse(int argc, char** argv) {
  Flags flags = {{"calls", "20000"}};
  for (int i = 1; i + 1 < argc; i += 2) flags[argv[i] + 2] = argv[i + 1];
  return flags;
}

}  // namespace

int main(int argc, char** argv) {
  const Flags flags = Parse(argc, argv);
  const int calls = std::stoi(flags.at("calls"));
  // Children are forked before gRPC starts threads in this process.
  std::string echo_address;
  const pid_t echo = Fork(ServeEcho, &echo_address);
  curl_global_init(CURL_GLOBAL_ALL);
  const std::string session = Result(
      Post(flags.at("xapi"),
           Body("session.login_with_password",
                "\"" + flags.at("user") + "\",\"" + flags.at("password") + "\""),
           1));
  const std::string self = Result(
      Post(flags.at("xapi"), Body("VM.get_all", "\"" + session + "\""), 1));
  const double post = MeasurePost(flags, session, self, calls);

  constexpr char kPath[] = "/xenapi.v1.VmService/GetNameLabel";
  for (const int width : {1, 16}) {
    Load echo_load(echo_address, kPath, self, width);
    const double bare = MeasureServer(echo, echo_load, calls);
    Load gateway_load(flags.at("gateway"), kPath, self, width);
    const double gateway = MeasureServer(std::stoi(flags.at("gateway_pid")),
                                         gateway_load, calls);
    std::printf("%2d calls at a time: gateway %.1f us of CPU a call, bare gRPC "
                "echo %.1f + bare libcurl POST %.1f: ratio %.2f (bar 1.50)\n",
                width, gateway, bare, post, gateway / (bare + post));
  }
  kill(echo, SIGTERM);
  waitpid(echo, nullptr, 0);
  Post(flags.at("xapi"), Body("session.logout", "\"" + session + "\""), 1);
}
