#include "tests/testing/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace xapi_gateway::testing {
namespace {

// Between two looks.
constexpr absl::Duration kPollInterval = absl::Milliseconds(5);

void Redirect(const std::string& file, int fd) {
  const int opened = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  dup2(opened, fd);
  close(opened);
}

[[noreturn]] void Become(const std::vector<std::string>& command,
                         const std::string& output, const std::string& errors) {
  // Does not outlive a test that crashes.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Listening sockets of the test would stay open in the program.
  close_range(STDERR_FILENO + 1, ~0U, 0);
  Redirect(output, STDOUT_FILENO);
  Redirect(errors, STDERR_FILENO);
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  _exit(127);
}

}  // namespace

bool WaitUntil(absl::Duration most, absl::FunctionRef<bool()> met) {
  const absl::Time deadline = absl::Now() + most;
  while (!met()) {
    if (absl::Now() >= deadline) return false;
    absl::SleepFor(kPollInterval);
  }
  return true;
}

Process::Process(const std::string& name,
                 const std::vector<std::string>& command) {
  static std::atomic<int> count = 0;
  const std::string stem = absl::StrCat(::testing::TempDir(), "/", getpid(),
                                        "-", ++count, "-", name);
  output_file_ = stem + ".out";
  errors_file_ = stem + ".err";
  WriteFile(output_file_, "");
  pid_ = fork();
  if (pid_ == 0) Become(command, output_file_, errors_file_);
}

Process::~Process() {
  if (!Reap(false)) {
    kill(pid_, SIGKILL);
    Reap(true);
  }
  if (!::testing::Test::HasFailure()) {
    unlink(output_file_.c_str());
    unlink(errors_file_.c_str());
  }
}

bool Process::Reap(bool block) {
  if (ended_) return true;
  int status = 0;
  ended_ = waitpid(pid_, &status, block ? 0 : WNOHANG) == pid_;
  if (ended_ && WIFEXITED(status)) ending_.exit_code = WEXITSTATUS(status);
  if (ended_ && WIFSIGNALED(status)) ending_.signal = WTERMSIG(status);
  return ended_;
}

std::string Process::WaitForLine(absl::Duration most) {
  std::string text;
  WaitUntil(most, [&] {
    const bool ended = Reap(false);
    text = output();
    return ended || text.find('\n') != text.npos;
  });
  const size_t end = text.find('\n');
  return end == text.npos ? "" : text.substr(0, end);
}

void Process::Signal(int number) {
  if (!ended_) kill(pid_, number);
}

Ending Process::Wait(absl::Duration most) {
  WaitUntil(most, [this] { return Reap(false); });
  return ending_;
}

Ending Process::Stop() {
  Signal(SIGTERM);
  return Wait();
}

std::string Process::output() const { return ReadWholeFile(output_file_); }

std::string Process::errors() const { return ReadWholeFile(errors_file_); }

size_t Process::resident_bytes() const {
  const std::vector<std::string> fields = absl::StrSplit(
      ReadWholeFile(absl::StrCat("/proc/", pid_, "/statm")), ' ');
  size_t pages = 0;
  if (fields.size() < 2 || !absl::SimpleAtoi(fields[1], &pages)) return 0;
  return pages * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

std::string ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace xapi_gateway::testing
