// xapi-simulator: a pool of simulated xapi hosts on loopback addresses.

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tests/simulator/pool.h"

namespace {

using xapi_gateway::simulator::Addressing;
using xapi_gateway::simulator::Options;
using xapi_gateway::simulator::Pool;

constexpr char kUsage[] =
    R"(usage: xapi-simulator [--preset=host1|hosts3|hosts64] [options]
  --hosts=N --vms=N --seed=N      size and contents
  --addressing=ip|port            127.0.0.2, .3, ... with one port, or
                                  127.0.0.1 with a port per host
  --https-port=N --http-port=N    of the first host, 0 = any free one
  --no-tls --no-http              leave out these listeners
  --unix-directory=DIR            also listen on DIR/host<i>.sock
  --ca-file=FILE                  where the authority's certificate is written
  --control-port=N                control interface, 0 = any free one
  --password=TEXT                 of root and of the users named after roles
  --churn=N                       changes per second made by nobody
  --operation-scale=X             how long operations take, 1 = a little while
  --period-scale=X                scales collection, restarts, backups
  --record-calls                  keep calls for the control interface
  --virtual-clock                 time moves only by the control interface
The first line printed says, as JSON, where the pool is to be found.
)";

struct Arguments {
  Options options;
  std::string ca_file;
};

struct Flag {
  absl::string_view name;
  bool (*apply)(const std::string& value, Arguments* arguments);
};

template <auto Member, typename Number>
bool SetNumber(const std::string& value, Arguments* arguments) {
  Number number;
  if (!absl::SimpleAtoi(value, &number)) return false;
  arguments->options.*Member =
      static_cast<std::decay_t<decltype(arguments->options.*Member)>>(number);
  return true;
}

template <double Options::*Member>
bool SetReal(const std::string& value, Arguments* arguments) {
  return absl::SimpleAtod(value, &(arguments->options.*Member));
}

template <bool Options::*Member, bool on>
bool SetFlag(const std::string& value, Arguments* arguments) {
  arguments->options.*Member = on;
  return value.empty();
}

bool SetPreset(const std::string& value, Arguments* arguments) {
  return ApplyPreset(value, &arguments->options).ok();
}

bool SetAddressing(const std::string& value, Arguments* arguments) {
  arguments->options.addressing =
      value == "port" ? Addressing::kPort : Addressing::kIp;
  return value == "port" || value == "ip";
}

bool SetPassword(const std::string& value, Arguments* arguments) {
  for (auto& user : arguments->options.users) user.password = value;
  return !value.empty();
}

bool SetUnixDirectory(const std::string& value, Arguments* arguments) {
  arguments->options.unix_directory = value;
  return !value.empty();
}

bool SetCaFile(const std::string& value, Arguments* arguments) {
  arguments->ca_file = value;
  return !value.empty();
}

constexpr Flag kFlags[] = {
    {"--preset", SetPreset},
    {"--hosts", SetNumber<&Options::hosts, int>},
    {"--vms", SetNumber<&Options::vms, int>},
    {"--seed", SetNumber<&Options::seed, uint64_t>},
    {"--addressing", SetAddressing},
    {"--https-port", SetNumber<&Options::https_port, uint32_t>},
    {"--http-port", SetNumber<&Options::http_port, uint32_t>},
    {"--no-tls", SetFlag<&Options::tls, false>},
    {"--no-http", SetFlag<&Options::http, false>},
    {"--unix-directory", SetUnixDirectory},
    {"--ca-file", SetCaFile},
    {"--control-port", SetNumber<&Options::control_port, int>},
    {"--password", SetPassword},
    {"--churn", SetReal<&Options::churn_per_second>},
    {"--operation-scale", SetReal<&Options::operation_scale>},
    {"--period-scale", SetReal<&Options::period_scale>},
    {"--record-calls", SetFlag<&Options::record_calls, true>},
    {"--virtual-clock", SetFlag<&Options::virtual_clock, true>},
};

bool ApplyFlag(absl::string_view name, const std::string& value,
               Arguments* arguments) {
  for (const Flag& flag : kFlags) {
    if (flag.name == name) return flag.apply(value, arguments);
  }
  return false;
}

// Takes --name=value, --name value and --name.
bool Parse(int argc, char** argv, Arguments* arguments) {
  for (int i = 1; i < argc; ++i) {
    absl::string_view text = argv[i];
    size_t equals = text.find('=');
    std::string value;
    if (equals != absl::string_view::npos) {
      value = std::string(text.substr(equals + 1));
      text = text.substr(0, equals);
    } else if (i + 1 < argc && argv[i + 1][0] != '-') {
      value = argv[++i];
    }
    if (!ApplyFlag(text, value, arguments)) {
      std::cerr << "xapi-simulator: cannot use " << argv[i] << "\n" << kUsage;
      return false;
    }
  }
  return true;
}

std::string DefaultCaFile() {
  const char* directory = std::getenv("TMPDIR");
  return absl::StrCat(directory ? directory : "/tmp", "/xapi-simulator-",
                      getpid(), "-ca.pem");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && absl::string_view(argv[1]) == "--help") {
    std::cout << kUsage;
    return 0;
  }
  Arguments arguments;
  if (!Parse(argc, argv, &arguments)) return 2;
  bool made_file = arguments.ca_file.empty();
  if (made_file) arguments.ca_file = DefaultCaFile();

  // Blocked before any thread exists, so that only this one takes them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  auto pool = Pool::Start(arguments.options);
  if (!pool.ok()) {
    std::cerr << "xapi-simulator: " << pool.status().message() << "\n";
    return 1;
  }
  std::ofstream(arguments.ca_file) << (*pool)->ca_pem();
  std::cout << (*pool)->ReadyJson(arguments.ca_file) << std::endl;

  int signal = 0;
  sigwait(&signals, &signal);
  if (made_file) std::remove(arguments.ca_file.c_str());
  return 0;
}
