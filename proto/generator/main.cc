// xapi-protogen: writes the mirror of the XenAPI as .proto files.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "proto/generator/generate.h"

namespace xapi_gateway::protogen {
namespace {

namespace fs = std::filesystem;

constexpr char kUsage[] =
    "usage: xapi-protogen --model FILE --lock FILE --out DIR\n"
    "\n"
    "Writes DIR/xenapi/v1/*.proto from the model, and updates the lock, which\n"
    "keeps every number ever given. Reads idempotency.json, secrets.json and\n"
    "prose.json beside the model, where they exist.\n";

// The text of the file; empty if there is none.
std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool WriteFile(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) std::cerr << "xapi-protogen: cannot write " << path << "\n";
  return static_cast<bool>(out);
}

bool WriteAll(const Outputs& outputs, const fs::path& dir,
              const fs::path& lock) {
  std::error_code ignored;  // a failure shows when the files are written
  fs::create_directories(dir, ignored);
  for (const auto& [name, text] : outputs.files) {
    if (!WriteFile(dir / name, text)) return false;
  }
  return WriteFile(lock, outputs.lock);
}

int Run(const fs::path& model, const fs::path& lock, const fs::path& out) {
  const fs::path notes = model.parent_path();
  const absl::StatusOr<Outputs> outputs = Generate(
      {ReadFile(model), ReadFile(lock), ReadFile(notes / "idempotency.json"),
       ReadFile(notes / "secrets.json"), ReadFile(notes / "prose.json")});
  if (!outputs.ok()) {
    std::cerr << "xapi-protogen: " << outputs.status().message() << "\n";
    return 1;
  }
  for (const std::string& change : outputs->breaking_changes) {
    std::cerr << "xapi-protogen: breaks clients: " << change << "\n";
  }
  return WriteAll(*outputs, out / "xenapi" / "v1", lock) ? 0 : 1;
}

int Main(int argc, char** argv) {
  std::map<std::string, std::string> flags;
  for (int i = 1; i + 1 < argc; i += 2) flags[argv[i]] = argv[i + 1];
  const bool complete = argc == 7 && flags.count("--model") > 0 &&
                        flags.count("--lock") > 0 && flags.count("--out") > 0;
  if (!complete) {
    std::cerr << kUsage;
    return 2;
  }
  return Run(flags["--model"], flags["--lock"], flags["--out"]);
}

}  // namespace
}  // namespace xapi_gateway::protogen

int main(int argc, char** argv) {
  return xapi_gateway::protogen::Main(argc, argv);
}
