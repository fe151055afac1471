// The program's command line.
#ifndef GATEWAY_SERVER_COMMAND_LINE_H_
#define GATEWAY_SERVER_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace xapi_gateway::server {

struct CommandLine {
  std::string config;
  bool check = false;
  bool print_config = false;
  bool version = false;
  bool help = false;
};

// `arguments` without the program's name. INVALID_ARGUMENT naming the first
// one that is wrong.
absl::StatusOr<CommandLine> ParseCommandLine(
    const std::vector<absl::string_view>& arguments);

// What --help prints.
std::string HelpText();

}  // namespace xapi_gateway::server

#endif  // GATEWAY_SERVER_COMMAND_LINE_H_
