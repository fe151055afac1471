#include "gateway/server/command_line.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace xapi_gateway::server {
namespace {

struct Flag {
  absl::string_view name;
  bool CommandLine::*value;
  absl::string_view help;
};

constexpr absl::string_view kConfigFlag = "--config";

constexpr Flag kFlags[] = {
    {"--check", &CommandLine::check,
     "check the configuration, print all faults, and end"},
    {"--print-config", &CommandLine::print_config,
     "print the configuration with all defaults, secrets masked, and end"},
    {"--version", &CommandLine::version, "print the version and end"},
    {"--help", &CommandLine::help, "print this text and end"},
};

const Flag* FindFlag(absl::string_view name) {
  for (const Flag& flag : kFlags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(
    const std::vector<absl::string_view>& arguments) {
  CommandLine line;
  for (size_t i = 0; i < arguments.size(); ++i) {
    absl::string_view argument = arguments[i];
    if (argument == kConfigFlag && i + 1 < arguments.size()) {
      line.config = std::string(arguments[++i]);
    } else if (absl::ConsumePrefix(&argument, "--config=")) {
      line.config = std::string(argument);
    } else if (const Flag* flag = FindFlag(argument)) {
      line.*flag->value = true;
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("unknown or incomplete argument \"", argument, "\""));
    }
  }
  if (line.config.empty() && !line.help && !line.version) {
    return absl::InvalidArgumentError("--config FILE is required");
  }
  return line;
}

std::string HelpText() {
  std::string text =
      "xapi-gateway: a gRPC gateway to xapi, the management API of XenServer\n"
      "and XCP-ng.\n\n"
      "usage: xapi-gateway --config FILE [--check | --print-config]\n\n"
      "  --config FILE   the configuration, YAML or JSON\n";
  for (const Flag& flag : kFlags) {
    absl::StrAppendFormat(&text, "  %-15s %s\n", flag.name, flag.help);
  }
  absl::StrAppend(
      &text,
      "\nWhen it listens, the gateway prints a line of JSON with its addresses "
      "on\nstandard output. The log goes to standard error. SIGTERM and SIGINT "
      "make it\nfinish the calls in flight and end; a second one ends it at "
      "once.\n\nexit codes: 0 ended as asked, 1 failed, 2 the configuration "
      "or command line is\nwrong\n");
  return text;
}

}  // namespace xapi_gateway::server
