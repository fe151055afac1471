// Start-up time and memory of the largest preset, and small calls a second.
// Prints what it measured; fails when the pool would be a bottleneck.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/simulator/pool.h"

namespace {

using xapi_gateway::simulator::ApplyPreset;
using xapi_gateway::simulator::Endpoint;
using xapi_gateway::simulator::Options;
using xapi_gateway::simulator::Pool;

constexpr int kCalls = 20000;
constexpr int kPipelined = 16;

double ResidentMegabytes() {
  std::ifstream statm("/proc/self/statm");
  long total = 0, resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident) *
         static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

int Connect(const Endpoint& end) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(end.http);
  inet_pton(AF_INET, end.ip.c_str(), &address.sin_addr);
  connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  return fd;
}

std::string Request(const std::string& session) {
  std::string body = absl::StrCat(
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pool.get_all\",\"params\":[",
      session, "]}");
  return absl::StrCat("POST /jsonrpc HTTP/1.1\r\nContent-Length: ", body.size(),
                      "\r\n\r\n", body);
}

// Calls a second over one connection, a few always under way.
double Measure(int fd, const std::string& request) {
  std::string burst;
  for (int i = 0; i < kPipelined; ++i) burst += request;
  absl::Time start = absl::Now();
  for (int done = 0; done < kCalls; done += kPipelined) {
    if (write(fd, burst.data(), burst.size()) < 0) return 0;
    int replies = 0;
    char chunk[65536];
    while (replies < kPipelined) {
      ssize_t n = read(fd, chunk, sizeof(chunk));
      if (n <= 0) return 0;
      std::string text(chunk, static_cast<size_t>(n));
      for (size_t at = text.find("\"id\":1}"); at != std::string::npos;
           at = text.find("\"id\":1}", at + 1)) {
        ++replies;
      }
    }
  }
  return kCalls / absl::ToDoubleSeconds(absl::Now() - start);
}

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) /
             1e6;
}

}  // namespace

int main() {
  Options options;
  if (!ApplyPreset("hosts64", &options).ok()) return 1;
  absl::Time start = absl::Now();
  auto pool = Pool::Start(options);
  if (!pool.ok()) {
    std::fprintf(stderr, "%s\n", std::string(pool.status().message()).c_str());
    return 1;
  }
  std::printf("start of 64 hosts, 3000 VMs: %.2f s, %.0f MB resident\n",
              absl::ToDoubleSeconds(absl::Now() - start), ResidentMegabytes());
  auto session =
      (*pool)->Call("session.login_with_password", "[\"root\",\"x\"]");
  if (!session.ok()) return 1;
  int fd = Connect((*pool)->host(0));
  double cpu = CpuSeconds();
  double rate = Measure(fd, Request(*session));
  cpu = CpuSeconds() - cpu;
  close(fd);
  std::printf(
      "small calls: %.0f per second (%.1f us of CPU each, client "
      "included)\n",
      rate, cpu / kCalls * 1e6);
  double resident = ResidentMegabytes();
  std::printf("resident afterwards: %.0f MB\n", resident);
  return rate > 0 && resident < 400 ? 0 : 1;
}
