// Programs under test, as processes of their own.
#ifndef TESTS_TESTING_PROCESS_H_
#define TESTS_TESTING_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"

namespace xapi_gateway::testing {

// How a process ended.
struct Ending {
  int exit_code = -1;  // -1: by a signal, or not within the time given
  int signal = 0;
};

// One process; killed, by its id, when this object goes.
class Process {
 public:
  // Starts `command` (program, arguments). Standard output and error go to
  // files in the test's temporary directory.
  Process(const std::string& name, const std::vector<std::string>& command);
  ~Process();

  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // The first line on standard output, or "" if the process ends or `most`
  // passes before there is one.
  std::string WaitForLine(absl::Duration most = absl::Seconds(30));
  void Signal(int number);
  // Waits for the end.
  Ending Wait(absl::Duration most = absl::Seconds(60));
  // Sends SIGTERM, then waits for the end.
  Ending Stop();

  pid_t pid() const { return pid_; }
  std::string output() const;
  std::string errors() const;
  // Resident memory in bytes; 0 if it has ended.
  size_t resident_bytes() const;

 private:
  bool Reap(bool block);

  std::string output_file_;
  std::string errors_file_;
  pid_t pid_ = -1;
  bool ended_ = false;
  Ending ending_;
};

// Looks until `met` or `most` has passed; for what no event tells about.
bool WaitUntil(absl::Duration most, absl::FunctionRef<bool()> met);

// The whole content, or "".
std::string ReadWholeFile(const std::string& path);
void WriteFile(const std::string& path, const std::string& text);

}  // namespace xapi_gateway::testing

#endif  // TESTS_TESTING_PROCESS_H_
