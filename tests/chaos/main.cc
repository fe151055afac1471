// The long run: chaos [--minutes M] [--seed N]
//
// Repeats the short run with other seeds, over TLS and plain HTTP in turn,
// until the time is up, and prints the figures of each. Exit code 1 if anything
// went wrong that must not.
#include <cstdlib>
#include <iostream>
#include <string>

#include "absl/time/clock.h"
#include "tests/chaos/run.h"

namespace {

using xapi_gateway::chaos::Faults;
using xapi_gateway::chaos::Report;
using xapi_gateway::chaos::Run;
using xapi_gateway::chaos::RunOptions;

int Usage() {
  std::cerr << "usage: chaos [--minutes M] [--seed N]\n";
  return 2;
}

bool RunOnce(const RunOptions& options) {
  std::cout << "seed " << options.seed << (options.tls ? ", TLS\n" : ", HTTP\n")
            << std::flush;
  Report report = Run(options);
  std::cout << ToString(report);
  auto faults = Faults(report);
  for (const std::string& fault : faults)
    std::cout << "FAULT: " << fault << "\n";
  std::cout << std::flush;
  return faults.empty();
}

}  // namespace

int main(int argc, char** argv) {
  double minutes = 10;
  RunOptions options;
  options.times_each = 3;
  for (int i = 1; i < argc; i += 2) {
    std::string name = argv[i];
    if (i + 1 == argc) return Usage();
    if (name == "--minutes") {
      minutes = std::atof(argv[i + 1]);
    } else if (name == "--seed") {
      options.seed = std::strtoull(argv[i + 1], nullptr, 10);
    } else {
      return Usage();
    }
  }
  absl::Time end = absl::Now() + absl::Minutes(minutes);
  bool good = true;
  do {
    good = RunOnce(options) && good;
    options.tls = !options.tls;
    ++options.seed;
  } while (absl::Now() < end);
  return good ? 0 : 1;
}
